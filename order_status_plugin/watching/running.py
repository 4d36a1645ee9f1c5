"""How it goes: worker, inbox, outbox, sources, channels, and which secrets are still needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import DatabaseError
from django.db.models import Count, Max, Value
from django.db.models.functions import Coalesce, Left, NullIf
from django.utils import timezone

from ..api.health import readiness as health
from ..conf import conf
from ..intake.models import InboxMessage
from ..keys import ring
from ..messages import breaker
from ..messages.suppression import Suppression
from ..polling import condition
from ..tracking.models import Order, OrderContact
from ..worker.health import last_sign_of_life
from . import metrics
from .fact import Fact, ago, lasting

#: So many of the last messages are looked at for who said something when.
LOOKED_AT = 10_000


def look() -> Iterator[Fact]:
    """Yield the facts; one alone where the database does not answer."""
    try:
        yield from list(_look())
    except DatabaseError as error:
        yield Fact("database", f"does not answer, or is not migrated: {error}", is_well=False)


def _look() -> Iterator[Fact]:
    _figures, reasons = health()
    last = Order.objects.order_by("-pk").values_list("changed_at", flat=True).first()
    yield Fact("orders", f"{Order.objects.count()}; the newest changed {ago(last)}")
    yield from (Fact("running", reason, is_well=False) for reason in reasons)
    yield Fact("worker", f"last sign of life {ago(last_sign_of_life())}")
    families = {family.name: family.samples for family in metrics.read()}
    yield Fact("inbox", _inbox(families))
    yield Fact("outbox", _outbox(families))
    yield from _sources()
    yield from _channels()
    yield from _keys()


def _sum(samples: tuple[metrics.Sample, ...], **labels: str) -> int:
    return int(sum(value for given, value in samples if labels.items() <= given.items()))


def _longest(samples: tuple[metrics.Sample, ...]) -> str:
    seconds = max((value for _labels, value in samples), default=0.0)
    return f", the oldest for {lasting(seconds)}" if seconds else ""


def _inbox(families: dict[str, tuple[metrics.Sample, ...]]) -> str:
    depth, states = families["order_status_inbox_messages"], InboxMessage.State
    received, waiting, failed = (
        _sum(depth, state=str(state)) for state in (states.RECEIVED, states.WAITING, states.FAILED)
    )
    lag = _longest(families["order_status_inbox_lag_seconds"])
    return f"{received} to handle{lag}; {waiting} wait for their parcel, {failed} cannot be handled"


def _outbox(families: dict[str, tuple[metrics.Sample, ...]]) -> str:
    owed = _sum(families["order_status_outbox_messages"])
    age = _longest(families["order_status_outbox_age_seconds"])
    stuck = families["order_status_outbox_dead_letters"]
    dead, doubtful = _sum(stuck, state="dead"), _sum(stuck, state="unknown")
    off = "" if conf.MESSAGES else "; all messages are switched off (MESSAGES)"
    return f"{owed} to send{age}; {dead} given up, {doubtful} may have arrived{off}"


def _sources() -> Iterator[Fact]:
    """Say when each source last said something, on one line; and of each that is asked in vain, on one of its own."""
    newest = InboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = InboxMessage.objects.filter(pk__gt=newest - LOOKED_AT, alias__in=list(conf.SOURCES)).order_by()
    news: dict[str, dt.datetime] = dict(rows.values_list("alias").annotate(last=Max("received_at")))
    conditions = {one.alias: one for one in condition.every()}
    for alias, one in conditions.items():
        if (answered := one.state.last_success_at) is not None:
            news[alias] = max(news.get(alias, answered), answered)
    if conf.SOURCES:
        heard = sorted(
            conf.SOURCES, key=lambda alias: (alias not in news, -news[alias].timestamp() if alias in news else 0)
        )
        yield Fact("news", ", ".join(f"{alias} {ago(news.get(alias))}" for alias in heard))
    for alias, one in conditions.items():
        if one.is_open or one.state.failures:
            peace = "left in peace" if one.is_open else "tried again"
            says = f"{one.state.failures} failures in a row, {peace}; last answer {ago(one.state.last_success_at)}"
            yield Fact(alias, says, is_well=not one.is_sick)


def _channels() -> Iterator[Fact]:
    now = timezone.now()
    for alias, state in breaker.open_channels().items():
        if breaker.is_open(state, now):
            yield Fact(alias, f"left in peace after {state.failures} failures: {state.last_error}", is_well=False)


def _keys() -> Iterator[Fact]:
    """Say which secrets are still needed: a retired one may go when no order hangs on it, and no STOP.

    Links are stored nowhere, but the digest of the email (or phone) that an order was placed with names the key of
    that day, and so does that of an address that nothing is sent to.
    """
    digest = Coalesce(NullIf("checkout_email_digest", Value("")), "checkout_phone_digest")
    orders = OrderContact.objects.annotate(key=Left(digest, 4)).exclude(key="").order_by()
    counts = dict(orders.values_list("key").annotate(count=Count("pk")))
    against = Suppression.objects.filter(lifted_at=None).annotate(key=Left("recipient_digest", 4)).order_by()
    stopped = dict(against.values_list("key").annotate(count=Count("pk")))
    for place, key in enumerate(ring(), start=1):
        count, stops = (found.pop(f"{key.number:04x}", 0) for found in (counts, stopped))
        says = "signs" if place == 1 else "retired; still needed" if count or stops else "retired; it may go"
        also = f"; addresses that nothing is sent to: {stops}" if stops else ""
        yield Fact(f"key {place}", f"{says} (orders placed under it: {count}{also})")
    lost = sum(counts.values())
    if lost:
        says = f"{lost} orders were placed under a secret that is gone: neither link nor number and email opens them"
        yield Fact("keys", says, is_well=False)
    if forgotten := sum(stopped.values()):
        says = f"{forgotten} addresses that nothing is to be sent to are kept under a secret that is gone: nobody knows them"
        yield Fact("keys", says, is_well=False)
