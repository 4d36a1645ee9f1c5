"""Put the link where Oscar's customers and staff look: thank-you page, account, dashboard, confirmation mail."""

from __future__ import annotations

import functools
import logging
from typing import Any

from django.template import TemplateDoesNotExist, engines
from oscar.core.loading import get_class, get_model

logger = logging.getLogger(__name__)

#: View, Oscar's own template, and ours, which extends it: so it does not matter which app is listed first.
PLACES = (
    ("checkout.views", "ThankYouView", "oscar/checkout/thank_you.html", "order_status_plugin/oscar/thank_you.html"),
    (
        "dashboard.orders.views",
        "OrderDetailView",
        "oscar/dashboard/orders/order_detail.html",
        "order_status_plugin/oscar/order_detail.html",
    ),
    (
        "dashboard.orders.views",
        "OrderListView",
        "oscar/dashboard/orders/order_list.html",
        "order_status_plugin/oscar/order_list.html",
    ),
    (
        "customer.views",
        "OrderHistoryView",
        "oscar/customer/order/order_list.html",
        "order_status_plugin/oscar/account_orders.html",
    ),
    (
        "customer.views",
        "OrderDetailView",
        "oscar/customer/order/order_detail.html",
        "order_status_plugin/oscar/account_order.html",
    ),
)
#: The tags that print a link. A template that has one carries it.
_TAGS = ("order_status_url", "order_status_claim", "order_status_beside")
_MAIL = "oscar/communication/emails/commtype_order_placed_body."


def place() -> None:
    """Give Oscar's views templates that carry the link. A view that the shop gave another template keeps it."""
    for module, name, theirs, ours in PLACES:
        view = _view(module, name)
        if view is None or _template_of(view) != theirs:
            continue
        if view.template_name:
            view.template_name = ours
        else:
            view.get_template_names = functools.partialmethod(_only, ours)


def without_link() -> list[tuple[str, str]]:
    """Return views, with their templates, whose pages do not carry the link."""
    found = []
    for module, name, _theirs, ours in PLACES:
        view = _view(module, name)
        template = _template_of(view) if view is not None else ours
        if template and template != ours and not carries_link(template):
            found.append((f"{module}.{name}", template))
    return found


def _template_of(view: Any) -> str:
    """Return the name of a view's template; some of Oscar's name it in a method rather than in an attribute."""
    if view.template_name:
        return str(view.template_name)
    try:
        return str(view().get_template_names()[0])
    except Exception:
        logger.debug("%s does not say its template without a request", view, exc_info=True)
        return ""


def _only(view: Any, name: str) -> list[str]:
    return [name]


def _view(module: str, name: str) -> Any:
    try:
        return get_class(module, name)
    except Exception:
        # A shop may run without Oscar's checkout or dashboard.
        logger.debug("no %s.%s to carry the link", module, name, exc_info=True)
        return None


def carries_link(name: str) -> bool:
    """Say whether this template, or one of the same name that it extends, has our tag."""
    engine = engines["django"].engine  # type: ignore[attr-defined]
    skip: list[Any] = []
    while True:
        try:
            template, origin = engine.find_template(name, skip=skip)
        except TemplateDoesNotExist:
            return False
        if _has_tag(template.source):
            return True
        if f"extends '{name}'" not in template.source.replace('"', "'"):
            return False
        skip.append(origin)


def _has_tag(source: str) -> bool:
    return any(tag in source for tag in _TAGS)


def mail_files_carry_link() -> bool:
    """Say whether the files of Oscar's confirmation carry the link, in text and in HTML."""
    return carries_link(_MAIL + "txt") and carries_link(_MAIL + "html")


def mail_carries_link() -> bool:
    """Say whether Oscar's confirmation carries the link as it is sent: what was saved in the dashboard wins."""
    kind = get_model("communication", "CommunicationEventType")._default_manager.filter(code="ORDER_PLACED").first()
    text, html = (kind.email_body_template, kind.email_body_html_template) if kind else (None, None)
    has_text = carries_link(_MAIL + "txt") if text is None else _has_tag(text)
    # An emptied HTML body is not sent at all.
    has_html = carries_link(_MAIL + "html") if html is None else not html.strip() or _has_tag(html)
    return has_text and has_html
