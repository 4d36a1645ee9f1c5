"""The list of orders in Django's admin: what needs a look, by carrier and site, and deeds on many that ask first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from ..tracking.models import Order
from . import narrow
from .mass import DEEDS, Mass
from .order_list import CHANGE, VIEW
from .read_only import Pages

TEMPLATE = "order_status_plugin/staff/mass.html"


class NeedsFilter(admin.SimpleListFilter):
    """What needs somebody's eyes."""

    title = _("Needs a look")
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the words."""
        return [(word, name) for word, (name, _keep) in narrow.NEEDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Keep such orders."""
        found = narrow.NEEDS.get(self.value() or "")
        return found[1](queryset) if found else queryset


def action(deed: Mass) -> Callable[..., Any]:
    """Return a deed as an action of Django's list."""

    @admin.action(description=deed.label)  # type: ignore[arg-type]  # lazy words are as good
    def act(model_admin: Any, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        if not may(request, deed):
            raise PermissionDenied
        orders = list(queryset.order_by()[: narrow.COUNTED])
        if "confirmed" in request.POST:
            said = deed.do(orders)
            if isinstance(said, HttpResponse):
                return said
            model_admin.message_user(request, said, messages.SUCCESS)
            return None
        said, is_something = deed.would(orders)
        context = {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": deed.label,
            "deed": deed,
            "action": act.__name__,
            "said": said,
            "is_something": is_something,
            "pks": [order.pk for order in orders],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, TEMPLATE, context)

    act.__name__ = deed.slug.replace("-", "_")
    return act


def may(request: HttpRequest, deed: Mass) -> bool:
    """Say whether this user may do it, and see orders at all."""
    user: Any = request.user
    sees = user.has_perm(VIEW) or user.has_perm(CHANGE)
    return bool(sees and (deed.permission == VIEW or user.has_perm(deed.permission)))


class ManyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The list's part that both know: actions by permission, and pages that are counted no further than needed."""

    paginator = Pages
    actions = tuple(action(deed) for deed in DEEDS)

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        """Leave out what the user may not do. Django 6.1 asks for lists and for pages apart."""
        where = () if action_location is None else (action_location,)
        found: dict[str, Any] = super().get_actions(request, *where)
        hidden = {deed.slug.replace("-", "_") for deed in DEEDS if not may(request, deed)}
        return {name: entry for name, entry in found.items() if name not in hidden}
