"""What changed in this process reaches its own open pages at once, and other processes as the broker tells them."""

from __future__ import annotations

from .. import spans
from ..access.links import channel_of
from ..tracking.models import Order
from . import hub
from .brokers import CONTENT
from .telling import teller


@spans.traced("publish")
def changed(order: Order, version: int) -> None:
    """Tell the open pages of an order that they have this version now. Call it after commit, from any thread."""
    spans.note(order=spans.short(order.locator))
    _publish(channel_of(order.locator, order.link_version), version)


def content_changed(epoch: int) -> None:
    """Tell every open page that editors have published something. Call it after commit, from any thread."""
    _publish(CONTENT, epoch)


def _publish(channel: str, version: int) -> None:
    hub.announce(channel, version)
    teller.tell(channel, version)
