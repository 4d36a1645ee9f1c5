"""The short way: a change made in this very process reaches its open pages without waiting for the broker."""

from __future__ import annotations

from .. import spans
from ..access.links import channel_of
from ..tracking.models import Order
from . import hub
from .brokers import CONTENT


@spans.traced("publish")
def changed(order: Order, version: int) -> None:
    """Tell the open pages of an order that they have this version now. Call it after commit, from any thread."""
    spans.note(order=spans.short(order.locator))
    hub.announce(channel_of(order.locator, order.link_version), version)


def content_changed(epoch: int) -> None:
    """Tell every open page that editors have published something. Call it after commit, from any thread."""
    hub.announce(CONTENT, epoch)
