"""Sending at the shop: what staff do in Oscar's dashboard, done by code."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from oscar.apps.order.exceptions import InvalidShippingEvent
from oscar.core.loading import get_class, get_model

from order_status_plugin.simulator.play import Simulator
from order_status_plugin.simulator.tell import CannotPlay


def unsent(order: Any) -> list[tuple[Any, int]]:
    """Return the lines of an Oscar order that still have something to send, with how many."""
    shipped = get_model("order", "ShippingEventType").objects.get(name="Shipped")
    lines = order.lines.select_related("product__product_class", "product__parent__product_class").order_by("pk")
    left = [
        (line, line.quantity - line.shipping_event_quantity(shipped))
        for line in lines
        if line.product is None or line.product.is_shipping_required
    ]
    return [(line, quantity) for line, quantity in left if quantity > 0]


def send(order: Any, what: list[tuple[Any, int]], reference: str, at: dt.datetime | None = None) -> Any:
    """Record a shipping event, as the dashboard does; ``at`` puts it into the past."""
    shipped = get_model("order", "ShippingEventType").objects.get(name="Shipped")
    handler = get_class("order.processing", "EventHandler")()
    lines, quantities = [line for line, _ in what], [quantity for _, quantity in what]
    with transaction.atomic():
        if order.status == "Pending":
            handler.handle_order_status_change(order, "Being processed")
        handler.validate_shipping_event(order, shipped, lines, quantities)
        event = handler.create_shipping_event(order, shipped, lines, quantities, reference=reference)
        if at is not None:
            type(event).objects.filter(pk=event.pk).update(date_created=at)
    return event


class OscarSimulator(Simulator):
    """Plays in a shop that sells with Oscar."""

    def ship(self, what: str, carrier: str, number: str) -> str:
        """Record the shipping event that staff would record."""
        order = get_model("order", "Order").objects.get(pk=self.order.reference)
        left = unsent(order)
        if what == "half" and len(left) > 1:
            left = left[: len(left) // 2]
        elif what == "half" and left and left[0][1] > 1:
            left = [(left[0][0], left[0][1] // 2)]
        if not left:
            return ""
        try:
            send(order, left, f"{carrier} {number}")
        except InvalidShippingEvent as error:
            raise CannotPlay(f"The shop refused to send: {error}") from error
        return f"Sent with {carrier}, {number}: {sum(quantity for _, quantity in left)} of {self.order}."
