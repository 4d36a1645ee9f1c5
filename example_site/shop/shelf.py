"""The demo's orders as the simulator's page lists them: by what they show, and by who tells of their parcels."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from order_status_plugin.access.links import order_url
from order_status_plugin.backends import get_source
from order_status_plugin.carriers import catalogue
from order_status_plugin.simulator.scenarios import SCENARIOS, Scenario
from order_status_plugin.tracking.models import Order, Parcel

from .data.by_source import BY_SOURCE
from .data.orders import ORDERS

#: Orders that one page lists: what visitors bought comes with them.
MOST = 80


@dataclass(frozen=True, slots=True)
class Row:
    """One order."""

    order: Order
    url: str
    tells: str = ""
    carriers: str = ""
    scenario: Scenario | None = None  # the story that it waits for


@dataclass(frozen=True, slots=True)
class Group:
    """Orders under one heading."""

    name: str
    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Followed:
    """One source, how it hears of parcels, and the orders whose parcels it follows."""

    alias: str
    label: str
    way: str
    rows: list[Row]


def groups() -> tuple[list[Group], list[Followed]]:
    """Return the orders by what they show, and by source. An order may stand in both."""
    orders = list(Order.objects.filter(read_at__isnull=False).order_by("-placed_at")[:MOST])
    parcels: dict[int, list[Parcel]] = {}
    for parcel in Parcel.objects.filter(order__in=orders, is_withdrawn=False).order_by("position", "pk"):
        parcels.setdefault(parcel.order_id, []).append(parcel)
    known = {demo.number: demo for demo in ORDERS}
    rows = {order.number: _row(order, parcels.get(order.pk, [])) for order in orders}
    bought = [row for number, row in rows.items() if number not in known]
    waiting = [rows[demo.number] for demo in ORDERS if demo.is_waiting and demo.number in rows]
    others = [demo.number for demo in ORDERS if not demo.is_waiting and demo not in BY_SOURCE]
    states = [rows[number] for number in others if number in rows]
    found = [
        Group("bought", "Yours", bought),
        Group("waiting", "Each waits for a story", waiting),
        Group("states", "Every state of a page", states),
    ]
    return [group for group in found if group.rows], _sources(list(rows.values()), parcels)


def _row(order: Order, parcels: list[Parcel]) -> Row:
    demo = next((demo for demo in ORDERS if demo.number == order.number), None)
    names = [found.name if (found := catalogue.get(parcel.carrier)) else parcel.carrier_text for parcel in parcels]
    return Row(
        order=order,
        url=order_url(order),
        tells=demo.tells if demo else "",
        carriers=", ".join(dict.fromkeys(filter(None, names))),
        scenario=SCENARIOS[demo.scenario] if demo and demo.is_waiting else None,
    )


def _sources(rows: list[Row], parcels: dict[int, list[Parcel]]) -> list[Followed]:
    """Return every source but the staff's own hand."""
    found = []
    for alias in settings.ORDER_STATUS["SOURCES"]:
        source = get_source(alias)
        if source.is_by_hand:
            continue
        of_it = [row for row in rows if any(parcel.source == alias for parcel in parcels.get(row.order.pk, []))]
        # Its own order before those that only happen to go that way.
        of_it.sort(key=lambda row: row.order.number not in {demo.number for demo in BY_SOURCE})
        found.append(Followed(alias, source.label, _way(source.is_pushed(), source.is_asked()), of_it[:3]))
    return found


def _way(is_pushed: bool, is_asked: bool) -> str:
    if is_pushed and is_asked:
        return "nudges us, then is asked"
    return "sends webhooks" if is_pushed else "is asked"
