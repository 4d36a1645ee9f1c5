"""Lists that show and never write: what stands there was recorded, and only ``record`` records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from . import narrow
from .known import found


class Pages(narrow.Counted, Paginator):  # type: ignore[type-arg]
    """Django's, for many rows."""


class _Fixed:
    """Nothing is added, changed or deleted here; who may view is Django's to say."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Orders come from hosts, messages from sources and milestones."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Fields are shown, not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Erasing has rules of its own."""
        return False


class ReadOnlyAdmin(_Fixed, admin.ModelAdmin):  # type: ignore[type-arg]
    """A list and a page to read."""

    paginator = Pages
    show_full_result_count = False

    def may(self, request: HttpRequest, action: str) -> bool:
        """Say whether the user holds Django's permission for this action ("view", "change") on these rows."""
        options = self.opts
        return bool(request.user.has_perm(f"{options.app_label}.{action}_{options.model_name}"))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Django grants viewing to those who may change, too."""
        return self.may(request, "view") or self.may(request, "change")


class SearchedAdmin(ReadOnlyAdmin):
    """A list among millions of rows, found by what an index knows."""

    def sought(self, word: str) -> Iterable[QuerySet[Any]]:
        """Return the rows that this word finds: each part a look into an index, or few enough to be read."""
        raise NotImplementedError

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the rows, each once."""
        word = narrow.asked(search_term)
        return (queryset.filter(pk__in=found(*self.sought(word))) if word else queryset), False


class ReadOnlyInline(_Fixed, admin.TabularInline):  # type: ignore[type-arg]
    """Rows under a page, to read."""

    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them."""
        return self.fields or ()
