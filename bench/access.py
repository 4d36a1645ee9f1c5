"""Does the time that a refusal takes tell why it was refused? Thousands of each kind, and a classifier between them."""

from __future__ import annotations

import gc
import itertools
import random
import time
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.utils import timezone

from order_status_plugin.access import identify
from order_status_plugin.access.models import AttemptCount
from order_status_plugin.events import ContactSnapshot, LineSnapshot, OrderSnapshot
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order

from . import shop
from .rows import Row

#: Of each kind of failure.
SAMPLES = 1500
#: How well a guess from the time alone may do, in percent: 50 is a coin.
LOWEST, HIGHEST = 45, 55
#: As long as the owner's. Whoever tries knows what was typed: two failures are compared that were typed alike.
STRANGER = "@example.com".rjust(len(shop.EMAIL), "x")
#: Times of one kind are compared in turn with the others', so that a slow minute of the machine meets all.
_SEED = 7


def timing(order: Order) -> Iterator[Row]:
    """Yield how far each pair is told apart at the look-up: the six failures have one answer."""
    times = _measure(_kinds(order))
    pairs = {
        f"{one[0]} / {other[0]}, {one[1]}": round(100 * _auc(times[one], times[other]), 1)
        for one, other in itertools.combinations(sorted(times), 2)
        if one[1] == other[1]
    }
    for names, area in sorted(pairs.items(), key=lambda pair: -abs(pair[1] - 50)):
        is_alike = LOWEST <= area <= HIGHEST
        yield Row(
            name=f"access timing, {names}", value=area, unit="% AUC", target=f"{LOWEST} to {HIGHEST}", ok=is_alike
        )


#: What fails, and what was typed.
Kind = tuple[str, str]


def _kinds(order: Order) -> dict[Kind, tuple[str, str]]:
    """Return number and email of each failure, with the orders that it takes."""
    locked, revoked, expired, erased = (_order(order.host, name) for name in ("locked", "revoked", "expired", "erased"))
    AttemptCount.objects.create(key=f"order:{locked.pk}", window="life", count=50)
    Order.objects.filter(pk=revoked.pk).update(link_version=2)
    Order.objects.filter(pk=expired.pk).update(grants_ended_at=timezone.now())
    Order.objects.filter(pk=erased.pk).update(erased_at=timezone.now())
    numbers = {
        "unknown number": "NOBODYS-1",
        "wrong email": order.number,
        "locked": locked.number,
        "revoked": revoked.number,
        "expired": expired.number,
        "erased": erased.number,
    }
    strangers = {(name, "a stranger's email"): (number, STRANGER) for name, number in numbers.items()}
    # These fail with the owner's, too.
    owners = {
        (name, "the owner's email"): (numbers[name], shop.EMAIL) for name in ("unknown number", "locked", "erased")
    }
    return strangers | owners


def _order(host: str, name: str) -> Order:
    snapshot = OrderSnapshot(
        reference=f"timing-{name}",
        number=f"TIMING-{name}",
        placed_at=timezone.now(),
        lines=(LineSnapshot(reference="1", title="Bowl", quantity=1),),
        contact=ContactSnapshot(name="Marta Silva", email=shop.EMAIL),
    )
    return record.order(host, snapshot, is_import=True)


def _measure(kinds: dict[Kind, tuple[str, str]]) -> dict[Kind, list[float]]:
    names = {f"LIMIT_{name}": 10**9 for name in ("ADDRESS_HOUR", "EMAIL_DAY", "GLOBAL_HOUR", "ORDER_HOUR", "ORDER_DAY")}
    # Nobody but the locked one is locked: it is over the limit of its life.
    before, settings.ORDER_STATUS = settings.ORDER_STATUS, {**settings.ORDER_STATUS, **names}
    times: dict[Kind, list[float]] = {name: [] for name in kinds}
    turns = random.Random(_SEED)
    try:
        for number in range(SAMPLES + 50):
            # Also those of numbers that are no order's: nothing but the locked one may get locked on the way.
            AttemptCount.objects.filter(window="life", count__lt=50).delete()
            for name in turns.sample(sorted(kinds), len(kinds)):
                address = f"198.51.{number % 250}.{turns.randrange(250)}"
                gc.disable()
                start = time.perf_counter()
                found = identify.check(None, *kinds[name], address)
                taken = time.perf_counter() - start
                gc.enable()
                if found is not None:
                    raise RuntimeError(f"{name} was let in.")
                if number >= 50:  # before that, everything warms up
                    times[name].append(taken)
    finally:
        settings.ORDER_STATUS = before
        AttemptCount.objects.all().delete()  # whoever comes next is nobody who has tried
    return times


def _auc(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how often a time of one kind is the longer: the area under a threshold's curve, by ranks."""
    joined = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks, at = 0.0, 0
    while at < len(joined):
        end = at
        while end < len(joined) and joined[end][0] == joined[at][0]:
            end += 1
        ranks += sum(kind == 0 for _value, kind in joined[at:end]) * (at + 1 + end) / 2
        at = end
    count = len(one)
    return (ranks - count * (count + 1) / 2) / (count * len(other))
