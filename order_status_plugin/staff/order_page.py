"""One order in Wagtail's admin: what is known of it and why, what came in, what was told, and what can be done."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic.base import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton

from ..access.audit import Action, audit
from ..access.links import order_path
from ..access.tiers import PERMISSION
from ..backends import get_host
from ..carriers import catalogue
from ..events import Headline, PaymentState
from ..exceptions import BackendError
from ..tracking import record
from ..tracking.models import Order, Parcel
from . import incoming, timeline, why
from .hands import hands
from .messages import MESSAGE_DEEDS
from .notes import may, notes_url
from .order_list import CHANGE, NAMESPACE, REPLAY, SEE_INBOX, VIEW, status_word

#: As many rows of the inbox as the page lists.
MOST_ROWS = 50

PAYMENT = {
    PaymentState.UNKNOWN: gettext_lazy("not known"),
    PaymentState.PENDING: gettext_lazy("not paid yet"),
    PaymentState.AUTHORIZED: gettext_lazy("authorised, not captured yet"),
    PaymentState.PAID: gettext_lazy("paid"),
    PaymentState.PARTLY_REFUNDED: gettext_lazy("refunded in part"),
    PaymentState.REFUNDED: gettext_lazy("refunded"),
    PaymentState.FAILED: gettext_lazy("failed"),
}


class OrderDesk(WagtailAdminTemplateMixin, View):  # type: ignore[misc]  # Wagtail is untyped
    """The base of the views around orders: who may, and where one is."""

    permissions: ClassVar[tuple[str, ...]] = (VIEW, CHANGE)
    page_title = gettext_lazy("Orders")
    header_icon = "list-ul"
    #: What this page is called below the list; "" for an order's own.
    own_title: Any = ""
    order: Order | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Turn away who may not, then find the order."""
        if not may(request.user, *self.permissions):
            raise PermissionDenied
        if "order_id" in kwargs:
            self.order = get_object_or_404(Order.objects.select_related("site"), pk=kwargs["order_id"])
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_page_title(self) -> str:
        """Return where one is."""
        return str(self.own_title or self.order or self.page_title)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        items = [*self.breadcrumbs_items, {"url": reverse(f"{NAMESPACE}:index"), "label": _("Orders")}]
        if self.order is not None:
            items.append({"url": reverse(f"{NAMESPACE}:order", args=[self.order.pk]), "label": str(self.order)})
        if self.own_title:
            items.append({"url": "", "label": str(self.own_title)})
        return items


def at_host(order: Order) -> tuple[str, str]:
    """Return where staff see the order in the shop, and where they capture its payment; "" for nowhere."""
    try:
        host = get_host(order.host)
        page = host.staff_url(order.reference)
        return page, host.capture_url(order.reference) or page
    except (KeyError, BackendError):
        return "", ""


def desk_url(user: Any, order: Order) -> str:
    """Return the address of the order in Wagtail's admin; "" for who may not, or where none is."""
    if not may(user, VIEW, CHANGE):
        return ""
    try:
        return reverse(f"{NAMESPACE}:order", args=[order.pk])
    except NoReverseMatch:
        return ""


def is_capture_due(order: Order) -> bool:
    """Say whether this is the moment to capture the payment: confirmed, and the money is promised, not taken."""
    return order.headline == Headline.CONFIRMED and order.payment == PaymentState.AUTHORIZED


class OrderView(OrderDesk):
    """The order."""

    template_name = "order_status_plugin/staff/orders/order.html"

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """Lead to the order's pages: its customer's, the past one's, the notes'."""
        order, user = self.order, self.request.user
        assert order is not None  # noqa: S101 - dispatch found it
        found = []
        if user.has_perm(PERMISSION):
            found += [
                HeaderButton(_("View order status page"), url=order_path(order), icon_name="view", priority=10),
                HeaderButton(
                    _("What the customer saw"),
                    url=reverse("order_status_past", args=[order.pk]),
                    icon_name="history",
                    priority=20,
                ),
            ]
        if notes := notes_url(user, order):
            found.append(HeaderButton(_("Notes to customers"), url=notes, icon_name="comment", priority=30))
        return found

    def get(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Show it."""
        order, user = self.order, request.user
        assert order is not None  # noqa: S101 - dispatch found it
        catalogue.refresh()
        page, capture = at_host(order)
        may_see_inbox = user.has_perm(SEE_INBOX) or user.has_perm(REPLAY)
        may_replay = user.has_perm(REPLAY)
        may_change = user.has_perm(CHANGE) and order.erased_at is None
        context = self.get_context_data(
            order=order,
            headline=status_word(order),
            payment=PAYMENT[PaymentState(order.payment)],
            is_capture_due=is_capture_due(order),
            host_page=page,
            capture_page=capture,
            parcels=why.parcels_of(order),
            entries=timeline.timeline(user, order),
            may_see_inbox=may_see_inbox,
            inbox=list(incoming.seen(order.pk).defer("body")[:MOST_ROWS]) if may_see_inbox else (),
            replayable=set(incoming.of([order.pk]).values_list("pk", flat=True)) if may_replay else (),
            may_replay=may_replay,
            may_change=may_change,
            deeds=[deed for deed in MESSAGE_DEEDS if deed.fits(order)] if may_change else (),
        )
        answer: HttpResponse = self.render_to_response(context)
        return answer

    def post(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Read the order again from its shop, take back a number, or handle again what came in."""
        order = self.order
        assert order is not None  # noqa: S101 - dispatch found it
        if request.POST.get("do") == "read":
            if not request.user.has_perm(CHANGE) or order.erased_at is not None:
                raise PermissionDenied
            hands().read_later([order.pk])
            messages.success(request, _("The order is read again. Look once more in a moment."))
        elif (taken := request.POST.get("take_back", "")).isdecimal() and len(taken) < 19:
            if not request.user.has_perm(CHANGE):
                raise PermissionDenied
            if record.take_back_number(get_object_or_404(Parcel, pk=taken, order=order)):
                audit(Action.NUMBER_TAKEN_BACK, order, request.user.get_username())
                messages.success(request, _("The number is off the page."))
        else:
            if not request.user.has_perm(REPLAY):
                raise PermissionDenied
            chosen = [pk for pk in request.POST.getlist("message") if pk.isdecimal() and len(pk) < 19]
            count = hands().replay_inbox(incoming.of([order.pk]).filter(pk__in=chosen))
            said = ngettext("%d message is handled again.", "%d messages are handled again.", count) % count
            messages.success(request, said)
        return redirect(f"{NAMESPACE}:order", order.pk)
