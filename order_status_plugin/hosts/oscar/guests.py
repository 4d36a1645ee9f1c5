"""Oscar's own guest pages: their addresses, which stand in mails of years, lead to the order's page."""

from __future__ import annotations

import functools
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from oscar.core.loading import get_class, get_model

from ..base import Forward

logger = logging.getLogger(__name__)

#: View and Oscar's own template. A view that the shop gave another template is the shop's, and stays.
_VIEWS = (
    ("AnonymousOrderDetailView", "oscar/customer/anon_order.html"),
    ("AnonymousOrderFormView", "oscar/customer/anon_order_form.html"),
)
#: Whom the views ask; the last one who was given counts.
_forwards: list[Forward] = []


def lead_on(forward: Forward) -> None:
    """Have the guest pages answer with ``forward(reference)`` where their address is genuine."""
    _forwards[:] = [forward]
    for name, template in _VIEWS:
        try:
            view = get_class("customer.views", name)
        except Exception:
            logger.debug("no customer.views.%s to lead on from", name, exc_info=True)
            continue
        if view.template_name == template and not hasattr(view.dispatch, "leads_on"):
            view.dispatch = _leading_on(view.dispatch)


def _leading_on(theirs: Any) -> Any:
    @functools.wraps(theirs)
    def dispatch(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = _answer(kwargs.get("order_number", ""), kwargs.get("hash", "")) if _is_read(request) else None
        found: HttpResponse = answer or theirs(self, request, *args, **kwargs)
        return found

    dispatch.leads_on = True  # type: ignore[attr-defined]
    return dispatch


def _is_read(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD")


def _answer(number: str, code: str) -> HttpResponse | None:
    """Return the way on, None where the code is not this order's: then Oscar answers as it always did."""
    try:
        order = get_model("order", "Order")._default_manager.filter(number=number).first()
        if order is None or not order.check_verification_hash(code):
            return None
        return _forwards[0](str(order.pk))
    except Exception:
        logger.exception("an old address of an order could not be led on")
        return None
