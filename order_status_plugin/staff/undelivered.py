"""Messages that did not leave, or may have, among Wagtail's reports: sent again or settled, counted first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.generic.base import View
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from ..access.audit import Action, audit
from ..conf import conf
from ..events import Milestone
from ..messages import replay
from ..messages.models import OutboxMessage
from ..messages.notices import Notice
from ..messages.told import LETTERS, label_of
from ..tracking.models import Order
from ..view.milestone import word_of
from .boxes import sentence
from .notes import may, notes_url

LIST, LIST_RESULTS = "order_status_undelivered", "order_status_undelivered_results"
AGAIN, AGAIN_OF = "order_status_send_again", "order_status_send_again_of"
SEE, SEND = "order_status_plugin.view_outboxmessage", "order_status_plugin.change_outboxmessage"
#: As many at once as are counted while somebody waits.
MOST = 500

State = OutboxMessage.State


def undelivered() -> QuerySet[OutboxMessage]:
    """Return what was given up, or may have arrived; what is told along with another is that one's."""
    return replay.stuck(OutboxMessage.objects.filter(told_by=None))


def what(row: OutboxMessage) -> str:
    """Return what a message is about, in words."""
    if row.milestone == Notice.SUPPORT:
        return gettext("To support")
    return str(LETTERS[row.milestone]) if row.milestone in LETTERS else word_of(Milestone(row.milestone))


def permissions() -> QuerySet[Permission]:
    """Return what Wagtail's groups can be given: to read of messages and devices, to send again, to end a device."""
    return Permission.objects.filter(
        content_type__app_label=OutboxMessage._meta.app_label,
        codename__in=("view_outboxmessage", "change_outboxmessage", "view_subscription", "delete_subscription"),
    )


class UndeliveredFilters(WagtailFilterSet):
    """What the list can be narrowed by: that is also what is sent again where nothing is ticked."""

    state = django_filters.ChoiceFilter(
        label=_("State"), choices=lambda: [(state.value, state.label) for state in replay.STUCK]
    )
    channel = django_filters.ChoiceFilter(
        label=_("Channel"), choices=lambda: [(alias, label_of(alias)) for alias in conf.CHANNELS]
    )
    created_at = django_filters.DateFromToRangeFilter(label=_("Period"), widget=DateRangePickerWidget)

    class Meta:
        model = OutboxMessage
        fields: ClassVar[list[str]] = []


class TickColumn(Column):
    """A box for each message."""

    header_template_name = "order_status_plugin/staff/tick_header.html"
    cell_template_name = "order_status_plugin/staff/tick.html"


class OrderColumn(Column):
    """The order, with the way to its messages for who may go it."""

    cell_template_name = "order_status_plugin/staff/order_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        """Add the address."""
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "order_url": notes_url(parent_context["request"].user, instance.order)}


class UndeliveredReport(ReportView):
    """The list, with the buttons for who may send."""

    model = OutboxMessage
    permission_policy = ModelPermissionPolicy(OutboxMessage)
    any_permission_required: ClassVar[list[str]] = ["view", "change"]
    page_title = _("Undelivered messages")
    header_icon = "mail"
    filterset_class = UndeliveredFilters
    index_url_name = LIST
    index_results_url_name = LIST_RESULTS
    results_template_name = "order_status_plugin/staff/undelivered_results.html"
    no_results_message = _("Every message left.")
    default_ordering = "pk"
    is_searchable = False
    export_buttons = ()
    columns: ClassVar[list[Column]] = [
        TickColumn("pk", label=_("Select")),
        Column("what", label=_("Message"), accessor=what),
        Column("channel", label=_("Channel"), accessor=lambda row: label_of(row.channel)),
        OrderColumn("order", label=_("Order"), accessor="order"),
        Column("state", label=_("State"), accessor="get_state_display"),
        Column("reason", label=_("Reason"), accessor=lambda row: gettext(row.reason) if row.reason else ""),
        Column("created_at", label=_("Created")),
    ]

    def get_queryset(self) -> QuerySet[OutboxMessage]:
        """Return them, the oldest first: they are sent again in this order."""
        return undelivered().select_related("order").order_by("pk")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Say who may do what, and to how many at once."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        user: Any = self.request.user
        return {
            **context,
            "search_form": None,  # a shop's context processor may bring its own: Oscar's searches products
            "may_send": user.has_perm(SEND),
            "most": MOST,
            "filters_query": self.request.GET.urlencode(),
        }


class SendAgainView(WagtailAdminTemplateMixin, View):
    """Say what would happen; then do it, to those very messages and no others."""

    template_name = "order_status_plugin/staff/send_again_wagtail.html"
    header_icon = "mail"
    page_title = _("Send messages again")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let in who may send."""
        if not may(request.user, SEND):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get(self, request: HttpRequest, order_id: int | None = None) -> HttpResponse:
        """Lead to the list: reading chooses nothing."""
        return self._back(request, self._order(order_id))

    def post(self, request: HttpRequest, order_id: int | None = None) -> HttpResponse:
        """Ask, or do what was confirmed."""
        order = self._order(order_id)
        is_settling = "settle" in request.POST and order is None
        states: Sequence[Any] = (State.UNKNOWN,) if is_settling else replay.NOT_ARRIVED if order else replay.STUCK
        pks = self._confirmed() if "confirmed" in request.POST else self._chosen(order)
        # An order's own again, so that nobody confirms another's rows through its address.
        mine = replay.of_order(order) if order else undelivered()
        rows = mine.filter(pk__in=pks, state__in=states)
        if "confirmed" in request.POST:
            self._do(rows, order, states, is_settling=is_settling)
            return self._back(request, order)
        count = replay.count(rows)
        left = _said(count.messages + sum(count.later.values()) + sum(count.held.values()))
        context = {
            "count": None if is_settling else count,
            "sentence": left if is_settling else sentence(count),
            "pks": ",".join(str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)),
            "others": len(pks) - rows.count(),
            "is_settling": is_settling,
            "is_cut": len(pks) == MOST,
            "most": MOST,
            "back": self._url(order),
        }
        answer: HttpResponse = self.render_to_response(self.get_context_data(**context))
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        way = {"url": reverse(LIST), "label": UndeliveredReport.page_title}
        return [*self.breadcrumbs_items, way, {"url": "", "label": self.page_title}]

    def _order(self, order_id: int | None) -> Order | None:
        return None if order_id is None else get_object_or_404(Order, pk=order_id, erased_at=None)

    def _chosen(self, order: Order | None) -> list[int]:
        """Return what is ticked, else all that the filters leave."""
        if order:
            return list(replay.of_order(order).order_by("pk").values_list("pk", flat=True)[:MOST])
        if ticked := _numbers(self.request.POST.getlist("message")):
            return ticked[:MOST]
        shown = UndeliveredFilters(self.request.GET, queryset=undelivered(), request=self.request).qs
        return list(shown.order_by("pk").values_list("pk", flat=True)[:MOST])

    def _confirmed(self) -> list[int]:
        return _numbers(self.request.POST.get("messages", "").split(","))[:MOST]

    def _do(
        self, rows: QuerySet[OutboxMessage], order: Order | None, states: Sequence[Any], *, is_settling: bool
    ) -> None:
        if is_settling:
            count = replay.settle(rows)
            said = ngettext("%d message counts as arrived.", "%d messages count as arrived.", count) % count
        else:
            count = replay.send_again(rows, states)
            said = ngettext("%d message is sent again.", "%d messages are sent again.", count) % count
            if count:
                audit(Action.MESSAGES_RESENT, order, self.request.user.get_username(), str(count))
        messages.success(self.request, said)

    def _url(self, order: Order | None) -> str:
        return (notes_url(self.request.user, order) if order else "") or reverse(LIST)

    def _back(self, request: HttpRequest, order: Order | None) -> HttpResponse:
        return redirect(self._url(order))


def _said(count: int) -> str:
    return ngettext("%d message would count as arrived.", "%d messages would count as arrived.", count) % count


def _numbers(given: Sequence[str]) -> list[int]:
    """Return the keys among what was sent: what nobody's form sends is left out."""
    return [int(text) for text in given if text.isascii() and text.isdecimal() and len(text) <= 18]


class UndeliveredMenuItem(MenuItem):
    """The report's entry, for those who may read it."""

    def __init__(self) -> None:
        super().__init__(
            UndeliveredReport.page_title, reverse(LIST), name="order-status-undelivered", icon_name="mail", order=1210
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Ask for the permission."""
        return may(request.user, SEE, SEND)


def addresses() -> list[URLPattern]:
    """Return the addresses in Wagtail's admin."""
    return [
        path("reports/order-messages/", UndeliveredReport.as_view(), name=LIST),
        path("reports/order-messages/results/", UndeliveredReport.as_view(results_only=True), name=LIST_RESULTS),
        path("order-status/send-again/", SendAgainView.as_view(), name=AGAIN),
        path("order-status/send-again/<int:order_id>/", SendAgainView.as_view(), name=AGAIN_OF),
    ]
