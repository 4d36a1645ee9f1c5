"""What staff may do about one order's messages, in Wagtail's admin: the deeds of Django's, asked in the same words."""

from __future__ import annotations

from typing import ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages

from ..tracking.models import Order
from .deeds import Deed, NothingToDo, OrderForm
from .messages import MESSAGE_DEEDS
from .order_list import CHANGE, NAMESPACE
from .order_page import OrderDesk


class OrderDeedView(OrderDesk):
    """Ask, and do it: only a POST does anything."""

    permissions: ClassVar[tuple[str, ...]] = (CHANGE,)
    template_name = "order_status_plugin/staff/orders/deed.html"
    deed: Deed

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Find out what is to be done, then who may and to which order."""
        found = next((deed for deed in MESSAGE_DEEDS if deed.slug == kwargs["slug"]), None)
        if found is None:
            raise Http404
        self.deed, self.own_title = found, found.label
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, order_id: int, slug: str) -> HttpResponse:
        """Ask."""
        order = self.the_order
        return self._answer(self.deed.form(order=order)) if self.deed.fits(order) else self._too_late(request)

    def post(self, request: HttpRequest, order_id: int, slug: str) -> HttpResponse:
        """Do it, and go back to the order."""
        order = self.the_order
        if not self.deed.fits(order):
            return self._too_late(request)
        form = self.deed.form(request.POST, order=order)
        if not form.is_valid():
            return self._answer(form)
        try:
            messages.success(request, self.deed.run(order, request.user.get_username(), form.cleaned_data))
        except NothingToDo:
            messages.error(request, _("Somebody else was faster. Nothing was done."))
        return redirect(f"{NAMESPACE}:order", order.pk)

    @property
    def the_order(self) -> Order:
        """Return the order, which dispatch found."""
        assert self.order is not None  # noqa: S101 - see above
        return self.order

    def _too_late(self, request: HttpRequest) -> HttpResponse:
        messages.error(request, _("This cannot be done to the order as it is now."))
        return redirect(f"{NAMESPACE}:order", self.the_order.pk)

    def _answer(self, form: OrderForm) -> HttpResponse:
        counted = self.deed.counts(self.the_order) if self.deed.counts else ""
        context = self.get_context_data(
            order=self.the_order, form=form, media=form.media, deed=self.deed, counted=counted
        )
        answer: HttpResponse = self.render_to_response(context)
        return answer
