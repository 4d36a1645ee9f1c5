"""Content: what thirty blocks and two hundred messages of editors add to the page of an order."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from statistics import median

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from order_status_plugin.access.links import order_path
from order_status_plugin.page.models import KeptPage
from order_status_plugin.tracking.models import Order

from . import shop
from .rows import Row, absolute, speed

BLOCKS, MESSAGES = 30, 200
TIMES = 60
UNIT = "µs of CPU a request"
PARTS = ("steps", "parcels", "pending", "details", "help")


def content(order: Order) -> Iterator[Row]:
    """Measure a page that nobody has asked for yet, in this process, before and after editors wrote. It stays written."""
    path, visitor = order_path(order), Client(SERVER_NAME="127.0.0.1")
    before = _cold(visitor, path)
    write()
    after = _cold(visitor, path)
    name = f"content, {BLOCKS} blocks and {MESSAGES} messages"
    yield speed(f"{name}: public page cold", after, UNIT, before, at_least=0.6)
    KeptPage.objects.all().delete()
    yield absolute(f"{name}: public page cold, queries", _queries(visitor, path), "queries", at_most=12)
    yield absolute(f"{name}: public page warm", _queries(visitor, path), "queries", at_most=1)
    visitor.post(f"{path}identify/", {"number": order.number, "email": shop.EMAIL})
    if order.number not in visitor.get(path).content.decode():
        raise RuntimeError("The private page does not open.")
    taken: dict[str, list[float]] = {"/bare/": [], path: []}
    for _ in range(TIMES):
        for asked, found in taken.items():
            found.append(_cost(visitor, asked))
    bare, warm = (median(found) for found in taken.values())
    yield speed(f"{name}: private page warm", warm, UNIT, bare, at_least=0.30)


def _queries(visitor: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        visitor.get(path)
    return len(captured)


def _cost(visitor: Client, path: str) -> float:
    """Return the µs of CPU of one request."""
    began = time.process_time()
    if visitor.get(path).status_code != 200:
        raise RuntimeError(f"{path} could not be read.")
    return (time.process_time() - began) * 1e6


def _cold(visitor: Client, path: str) -> float:
    taken = []
    for _ in range(TIMES):
        KeptPage.objects.all().delete()
        taken.append(_cost(visitor, path))
    return median(taken[TIMES // 6 :])


def write() -> None:
    """Publish the blocks, and messages: some for everybody, most for others, as in a shop of many countries."""
    from wagtail.models import Locale, Site

    from order_status_plugin.cms.special import SpecialMessage
    from order_status_plugin.pages.models import OrderStatusPage

    words = "<p>Hello {{ first_name }}, <b>your</b> order comes with {{ carrier }}.</p>"
    layout = [{"type": part, "value": {}} for part in PARTS]
    for number in range(BLOCKS - len(PARTS)):
        audience = [{}, {"stages": ["in_transit"]}, {"countries": ["FR"]}][number % 3]
        layout.append({"type": "text", "value": {"text": words, "audience": audience}})
    home = Site.objects.get(is_default_site=True).root_page
    page = home.add_child(instance=OrderStatusPage(title="Where is my order?", slug="my-order", live=False))
    page.layout = json.dumps(layout)
    page.save_revision().publish()
    locale = Locale.get_default()
    for number in range(MESSAGES):
        one = SpecialMessage(title=f"Message {number} for {{{{ shop_name }}}}", text=words, locale=locale, live=False)
        one.audience = {} if number % 40 == 0 else {"countries": ["FR", "DE", "IT"][: 1 + number % 3]}
        one.is_beside_parcels = number % 20 == 0
        one.save()
        one.save_revision().publish()
