"""Devices that see an order's private details: forget one, all others, or every one by a mailed link."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from ..access import ending, grants
from ..access.audit import CUSTOMER, Action, audit
from ..tracking.models import Order
from .context import render_page
from .door import PageView
from .identify import FAILED, SeeOther
from .own import OwnView


class DevicesView(OwnView):
    """The list on the private page."""

    def act(self, request: HttpRequest, order: Order) -> HttpResponse:
        """Forget the device that was chosen, or all but this one."""
        if request.POST.get("others"):
            grants.end_others(request, order)
            audit(Action.DEVICE_FORGOTTEN, order, CUSTOMER, "all others")
        elif (chosen := request.POST.get("device", "")).isdecimal() and len(chosen) < 19:
            grants.end(order, int(chosen))
            audit(Action.DEVICE_FORGOTTEN, order, CUSTOMER)
        return self.back(order, "#devices")


class EndDevicesView(PageView):
    """The link in the mail about a new device. It opens nothing: it only closes."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the button, or that it was pressed."""
        self._order(token)
        return render_page(request, "end_devices.html", is_done="done" in request.GET)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """End every device's view, once a person has said so: programs that read mail press buttons, too."""
        order = self._order(token)
        if request.POST.get("sure") != "yes":
            return render_page(request, "end_devices.html", FAILED, is_unsure=True)
        grants.end_all(order)
        audit(Action.DEVICE_FORGOTTEN, order, CUSTOMER, "all, by mailed link")
        return SeeOther(f"{request.path}?done")

    def _order(self, token: str) -> Order:
        order = ending.order_of(token)
        if order is None:
            raise Http404
        return order
