"""Polling for staff: how each source that is asked is, and when it is asked about which parcel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import narrow
from .known import BY_ASKED
from .read_only import ReadOnlyAdmin, SearchedAdmin


class PollAdmin(SearchedAdmin):
    """Parcels that sources are asked about. ``ask_now`` is handed over by ``admin.py``: it returns how many are due now."""

    ask_now: ClassVar[staticmethod[[QuerySet[Any]], int]]

    list_display = ("id", "alias", "parcel", "due_at", "asked_at", "registered_at", "failures", "reason")
    list_filter = (BY_ASKED, "due_at", "asked_at")
    list_select_related = ("parcel",)
    ordering = ("-pk",)
    search_fields = ("reason",)  # looked for by ``sought``
    search_help_text = _("Tracking number, order number, or a word of the reason.")
    show_full_result_count = False
    actions = ("ask_selected",)
    fields = (
        "parcel",
        "alias",
        "due_at",
        "asked_at",
        "hastened_at",
        "registered_at",
        "ended_at",
        "failures",
        "reason",
    )

    def sought(self, word: str) -> Iterable[QuerySet[Any]]:
        """Find by number, and by reason among those that failed."""
        rows = self.model._default_manager
        yield rows.filter(parcel__order__in=narrow.by_number(word))
        yield rows.filter(failures__gt=0, reason__icontains=word)

    def has_ask_permission(self, request: HttpRequest) -> bool:
        """Asking is changing."""
        return self.may(request, "change")

    @admin.action(description=_("Ask now"), permissions=["ask"])
    def ask_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Make them due; the worker asks at once, as far as the source's limits allow."""
        count = self.ask_now(queryset)
        said = ngettext("%d parcel is asked about now.", "%d parcels are asked about now.", count) % count
        self.message_user(request, said, messages.SUCCESS)


class SourceStateAdmin(ReadOnlyAdmin):
    """The sources that are asked. ``close`` is handed over by ``admin.py``: it returns how many are asked again."""

    close: ClassVar[staticmethod[[QuerySet[Any]], int]]

    list_display = ("alias", "last_success_at", "failures", "open_until", "is_denied", "last_error", "last_failure_at")
    actions = ("close_selected",)
    fields = (
        "alias",
        "last_success_at",
        "failures",
        "open_until",
        "is_denied",
        "last_error",
        "last_failure_at",
        "leased_until",
        "used",
    )

    def has_close_permission(self, request: HttpRequest) -> bool:
        """To close it is to change it."""
        return self.may(request, "change")

    @admin.action(description=_("Close the breaker: ask again now"), permissions=["close"])
    def close_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Forget the failures; the worker asks at once."""
        count = self.close(queryset)
        said = ngettext("%d source is asked again.", "%d sources are asked again.", count) % count
        self.message_user(request, said, messages.SUCCESS)
