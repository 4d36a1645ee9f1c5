"""What lists are narrowed by and found by among millions of rows: words that are known already, and looks into an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..cms import choices
from ..conf import conf
from ..events import Milestone, OrderState
from . import narrow

Words = Iterable[tuple[str, str]]


def known(column: str, name: str | Promise, words: Callable[[], Words]) -> type[admin.SimpleListFilter]:
    """Return a filter by the values that a column can have. Django's own reads the whole table to find those that it has."""

    class KnownFilter(admin.SimpleListFilter):
        title = name  # type: ignore[assignment]  # lazy words are as good
        parameter_name = column

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return list(words())

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{column: self.value()}) if self.value() else queryset

    return KnownFilter


def _same(values: Iterable[str]) -> Words:
    return [(value, value) for value in values]


BY_HOST = known("host", _("host"), lambda: _same(conf.HOSTS))
BY_STATE = known("state", _("state"), lambda: _same(state.value for state in OrderState))
BY_CARRIER = known("carrier", _("carrier"), choices.carriers)
BY_SOURCE = known("source", _("source"), lambda: _same(conf.SOURCES))
BY_ALIAS = known("alias", _("alias"), lambda: _same(sorted({*conf.SOURCES, *conf.CHANNELS, *conf.HOSTS})))
BY_ASKED = known("alias", _("source"), lambda: _same(conf.SOURCES))
BY_MILESTONE = known("milestone", _("milestone"), lambda: _same(milestone.value for milestone in Milestone))
BY_CHANNEL = known("channel", _("channel"), lambda: _same(conf.CHANNELS))


def found(*parts: QuerySet[Any]) -> list[int]:
    """Return the keys of the rows in any of these, at most ``narrow.MOST`` of each: one look into an index for each part."""
    return list(
        dict.fromkeys(pk for rows in parts for pk in rows.order_by().values_list("pk", flat=True)[: narrow.MOST])
    )
