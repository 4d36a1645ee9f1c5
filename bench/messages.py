"""The relay: messages a minute from the outbox to a local mail server, two relays on two cores; and a page beside them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil
from django.db import connection
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
from .load import Latency, Page, latency
from .rows import Row, absolute, rate, share
from .server import Server, keep_to, roam

COUNT = 6000
RELAYS = 2
A_MINUTE = 20_000
#: Requests one after the other, for the page's latency with a relay beside it and without.
ASKED = 400


@dataclass(frozen=True)
class _Used:
    """What sending took."""

    seconds: float
    relays: float  # seconds of CPU, of all relays
    others: float  # the same, of the database and the mail server


def messages(server: Server, page: Page) -> Iterator[Row]:
    """Measure how fast an outbox is emptied: each message an order with a parcel and its scans, a mail of two halves.

    What two cores could do is reckoned from the CPU that every process took, so that it holds on a machine that has
    other things to do. Relays run as workers should beside a web server: at a lower priority, and for the page's
    latency on the core that the web server does not have.
    """
    _owe(COUNT, "alone")
    used = _send(RELAYS)
    yield rate("messages, two relays to a local mail server", COUNT / used.seconds * 60, "a minute", at_least=A_MINUTE)
    yield absolute("messages, relay", used.relays / COUNT * 1000, "ms of CPU a message", at_most=4)
    yield absolute("messages, database and mail server", used.others / COUNT * 1000, "ms of CPU a message")
    limit = COUNT * RELAYS * 60 / (used.relays + used.others)
    yield rate("messages, limit of two cores by the CPU of all of these", limit, "a minute", at_least=A_MINUTE)
    quiet = latency(server.port, page, ASKED)
    _owe(COUNT, "beside")
    busy: list[Latency] = []
    _send(1, lambda: busy.append(latency(server.port, page, ASKED)))
    yield share(
        "messages, a page beside a relay on the other core", busy[0].median, "ms, median", quiet.median, one_in=1 / 1.2
    )
    yield share("messages, a page beside a relay on the other core", busy[0].p99, "ms, p99", quiet.p99, one_in=1 / 2)


def _see_that_all_left() -> None:
    left = OutboxMessage.objects.exclude(state=OutboxMessage.State.SENT).count()
    if left:
        raise RuntimeError(f"{left} messages did not leave.")


def _send(relays: int, meanwhile: Callable[[], None] = lambda: None) -> _Used:
    """Empty the outbox with so many relays; return what that took."""
    database = psutil.Process(_backend()).parent()
    with _mail_server() as (port, mail_server):
        started = _start(relays, port)
        watched = [psutil.Process(mail_server.pid), *([database] if database else [])]
        before, began = sum(map(_cpu, watched)), time.monotonic()
        for relay in started:
            relay.stdin.write("go\n")  # type: ignore[union-attr]
            relay.stdin.flush()  # type: ignore[union-attr]
        meanwhile()
        used = sum(float(relay.communicate(timeout=900)[0]) for relay in started)
        taken = _Used(time.monotonic() - began, used, sum(map(_cpu, watched)) - before)
    _see_that_all_left()
    return taken


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cpu(process: psutil.Process) -> float:
    """Return the seconds of CPU that a process has used, and those that it started, whether or not they ended."""
    times = process.cpu_times()
    mine = times.user + times.system + times.children_user + times.children_system
    return mine + sum(_cpu(child) for child in process.children())


def _start(count: int, port: int) -> list[subprocess.Popen[str]]:
    """Start relays, and wait until each has imported the shop. One alone keeps to the core that pages do not have."""
    roam()
    command = ["nice", "-n", "10", sys.executable, "-W", "ignore", "-m", "bench.relay", str(port)]
    keep = (lambda: keep_to(-1)) if count == 1 else None
    relays = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=keep)
        for _ in range(count)
    ]
    for relay in relays:
        relay.stdout.readline()  # type: ignore[union-attr]
    return relays


@contextmanager
def _mail_server() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.smtp_sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield int(process.stdout.readline()), process  # type: ignore[union-attr]
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
