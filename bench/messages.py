"""The relay: messages a minute from the outbox to a local mail server, two relays on two cores; and a page beside them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model
from django.utils import timezone

from order_status_plugin.keys import digest
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.locator import locator_for
from order_status_plugin.tracking.models import (
    DeliveryEstimate,
    Fulfillment,
    FulfillmentLine,
    OrderContact,
    OrderLine,
    Parcel,
    TrackingEvent,
)

from . import shop
from .load import Page, latency
from .rows import Row, absolute, rate, share
from .server import Server, roam

COUNT = 3000
RELAYS = 2
A_MINUTE = 20_000
#: Requests one after the other, for the page's latency with relays beside it and without.
ASKED = 300


def messages(server: Server, page: Page) -> Iterator[Row]:
    """Measure how fast an outbox is emptied: each message an order with a parcel and its scans, a mail of two halves.

    Relays run as workers should beside a web server, at a lower priority.
    """
    _owe(COUNT, "alone")
    with _mail_server() as port:
        seconds, used = _drain(port)
    _see_that_all_left()
    yield rate("messages, two relays to a local mail server", COUNT / seconds * 60, "a minute", at_least=A_MINUTE)
    yield absolute("messages, relay", used / COUNT * 1000, "ms of CPU a message")
    quiet = latency(server.port, page, ASKED)
    _owe(COUNT, "beside")
    with _mail_server() as port:
        relays = _start(port)
        busy = latency(server.port, page, ASKED)
        _finish(relays)
    _see_that_all_left()
    yield share("messages, a page beside the relays", busy, "ms, median", quiet, one_in=1 / 1.2)


def _see_that_all_left() -> None:
    left = OutboxMessage.objects.exclude(state=OutboxMessage.State.SENT).count()
    if left:
        raise RuntimeError(f"{left} messages did not leave.")


def _drain(port: int) -> tuple[float, float]:
    """Return the seconds that it took, and the relays' CPU."""
    relays = _start(port)
    began = time.monotonic()
    used = _finish(relays)
    return time.monotonic() - began, used


def _start(port: int) -> list[subprocess.Popen[str]]:
    """Start the relays together, once each has imported the shop."""
    roam()
    command = ["nice", "-n", "10", sys.executable, "-W", "ignore", "-m", "bench.relay", str(port)]
    relays = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(RELAYS)
    ]
    for relay in relays:
        relay.stdout.readline()  # type: ignore[union-attr]
    for relay in relays:
        relay.stdin.write("go\n")  # type: ignore[union-attr]
        relay.stdin.flush()  # type: ignore[union-attr]
    return relays


def _finish(relays: list[subprocess.Popen[str]]) -> float:
    """Wait for each; return the CPU that they say they took."""
    return sum(float(relay.communicate(timeout=600)[0]) for relay in relays)


@contextmanager
def _mail_server() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.smtp_sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield int(process.stdout.readline())  # type: ignore[union-attr]
    taken = int(process.communicate("", timeout=30)[0])
    if taken != COUNT:
        raise RuntimeError(f"The mail server took {taken} mails for {COUNT}.")


def _owe(count: int, name: str) -> None:
    """Owe a mail on each of so many orders, copies of one that was recorded as orders are."""
    original, now = shop.of_size(1), timezone.now()
    orders = _copies(
        [original] * count,
        lambda order, n: {
            "reference": f"{name}-{n}",
            "number": f"{name}{n}",
            "locator": locator_for(order.host, f"{name}-{n}"),
        },
    )
    for model in (OrderContact, OrderLine, Fulfillment):
        _copy_all(model, {"order": original}, [{"order": order} for order in orders])
    lines, sent = _by_order(OrderLine), _by_order(Fulfillment)
    _copy_all(
        FulfillmentLine,
        {"fulfillment__order": original},
        [{"fulfillment": sent[order.pk], "line": lines[order.pk]} for order in orders],
    )
    _copy_all(Parcel, {"order": original}, [{"order": order, "fulfillment": sent[order.pk]} for order in orders])
    parcels = _by_order(Parcel)
    for model in (TrackingEvent, DeliveryEstimate):
        _copy_all(model, {"parcel__order": original}, [{"parcel": parcels[order.pk]} for order in orders])
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            key=digest("bench", name, str(order.pk))[-32:],
            order=order,
            milestone="out_for_delivery",
            subject=f"parcel:{parcels[order.pk].pk}",
            channel="email",
            recipient_digest=digest("recipient", "email", shop.EMAIL),
            happened_at=now,
            created_at=now,
            due_at=now,
        )
        for order in orders
    )


def _copy_all(model: type[Model], of: dict[str, Any], each: list[dict[str, Any]]) -> None:
    rows = list(model._default_manager.filter(**of))
    for row in rows:
        _copies([row] * len(each), lambda _row, n: each[n])


def _copies(rows: list[Any], change: Any) -> list[Any]:
    made = []
    for n, row in enumerate(rows):
        values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        if not row._meta.pk.remote_field:
            values.pop(row._meta.pk.attname)
        copy = type(row)(**values)
        for name, value in change(row, n).items():
            setattr(copy, name, value)
        made.append(copy)
    return list(type(rows[0])._default_manager.bulk_create(made, batch_size=500)) if rows else []


def _by_order(model: Any) -> dict[int, Any]:
    return {row.order_id: row for row in model.objects.all()}
