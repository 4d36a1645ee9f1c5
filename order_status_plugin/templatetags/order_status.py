"""For the shop's own templates: the link of an order, and the button of the thank-you page."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from ..access import claims, links
from ..staff.notes import notes_url
from ..tracking.models import Order

logger = logging.getLogger(__name__)

register = template.Library()


def _identity(order: object, reference: object) -> tuple[str, str] | None:
    if reference is not None:
        return str(order), str(reference)
    return links.identity_of(order)


@register.simple_tag
def order_status_url(order: object, reference: object = None) -> str:
    """Return the absolute address of an order's status page, "" for what is no order.

    ``{% order_status_url order %}`` takes the shop's own order object, or ours;
    ``{% order_status_url "shop" reference %}`` the alias of a host and the order's reference there.
    """
    try:
        identity = _identity(order, reference)
        return links.url_for_reference(*identity) if identity else ""
    except Exception:
        # The shop's page or mail goes out without the link, rather than not at all.
        logger.exception("no link to the status page could be printed")
        return ""


@register.simple_tag(takes_context=True)
def order_status_notes_url(context: Context, order: object, reference: object = None) -> str:
    """Return the address where the signed-in member of staff writes to this order's customer.

    Takes what ``order_status_url`` takes; "" for who may not write, and for what is no order that we know.
    """
    try:
        identity = _identity(order, reference)
        user = getattr(context.get("request"), "user", None)
        row = Order.objects.filter(host=identity[0], reference=identity[1]).first() if identity and user else None
        return notes_url(user, row) if row else ""
    except Exception:
        logger.exception("no link to the notes could be printed")
        return ""


@register.simple_block_tag
def order_status_beside(content: SafeString, orders: Iterable[Any], page: str, key: str, template: str) -> SafeString:
    """Put the link of each order behind the last one, in the lines between, to the shop's own page of that order.

    ``{% order_status_beside orders "dashboard:order-detail" "number" "shop/link.html" %}…{% endorder_status_beside %}``
    for the shop's lists, whoever wrote them: ``page`` is the name of the shop's page of one order, ``key`` the argument
    of its address and the order's ``number`` what it holds; ``template`` renders one link, with ``url`` and ``order``.
    """
    try:
        html = str(content)
        for order, url in _urls_of(orders):
            href = escape(reverse(page, kwargs={key: order.number}))
            anchors = list(re.finditer(rf'<a\b[^>]*\bhref="{re.escape(href)}"[^>]*>.*?</a>', html, re.DOTALL))
            if anchors:
                end = anchors[-1].end()
                html = html[:end] + render_to_string(template, {"order": order, "url": url}) + html[end:]
        return mark_safe(html)  # noqa: S308 - the shop's own page, and links that a template escaped
    except Exception:
        logger.exception("no links to the status pages could be printed")
        return content


def _urls_of(orders: Iterable[Any]) -> Iterable[tuple[Any, str]]:
    by_host: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for order in orders or ():
        if identity := links.identity_of(order):
            by_host[identity[0]][identity[1]] = order
    for alias, known in by_host.items():
        for reference, url in links.urls_for_references(alias, known).items():
            yield known[reference], url


@register.simple_tag(takes_context=True)
def order_status_claim(context: Context, order: object, reference: object = None, css_class: str = "") -> SafeString:
    """Render the button "View order status" for the thank-you page. Takes what ``order_status_url`` takes.

    It opens the order in full on the device that placed it. Print it nowhere else: not in a mail, and not on a page
    that somebody but the customer may be shown.
    """
    try:
        identity = _identity(order, reference)
        if identity is None:
            return SafeString()
        given: dict[str, Any] = {"code": claims.code_for(*identity), "css_class": css_class}
        return render_to_string("order_status_plugin/access/claim.html", given, request=context.get("request"))
    except Exception:
        logger.exception("no button to the status page could be printed")
        return SafeString()
