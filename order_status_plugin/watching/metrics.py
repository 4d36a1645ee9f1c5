"""What there is to measure: each metric with its kind, its words, and how it is read."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone

from .. import __version__
from ..conf import conf
from ..intake.models import InboxMessage
from ..live.hub import open_streams
from ..messages import breaker as channels
from ..messages.models import ChannelState, OutboxMessage
from ..outgoing.models import WebhookDelivery
from ..page.kept import looks
from ..polling import condition
from ..worker import health

#: A value with its labels.
Sample = tuple[Mapping[str, str], float]

GAUGE, COUNTER = "gauge", "counter"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: all its values now."""

    name: str
    kind: str
    words: str
    samples: tuple[Sample, ...]


Read = Callable[[], Iterable[Family]]


def read() -> Iterator[Family]:
    """Yield every metric. Raises the database's errors."""
    for part in (_about, _inbox, _outbox, _webhooks, _sources, _worker, _process):
        yield from part()


def _about() -> Iterator[Family]:
    labels = {"version": __version__, "database": connection.vendor}
    yield Family("order_status_info", GAUGE, "1, with version and database as labels.", ((labels, 1),))


def _inbox() -> Iterator[Family]:
    now, states = timezone.now(), InboxMessage.State
    kept = (states.RECEIVED, states.WAITING, states.FAILED)
    # One look a state: each has an index of its own, and of those that are handled there are millions.
    depth = {
        (alias, str(state)): count
        for state in kept
        for alias, count in InboxMessage.objects.filter(state=state)
        .order_by()
        .values_list("alias")
        .annotate(count=Count("pk"))
    }
    due = InboxMessage.objects.filter(state=states.RECEIVED, due_at__lte=now).order_by()
    oldest = dict(due.values_list("alias").annotate(oldest=Min("due_at")))
    aliases = sorted({*conf.SOURCES, *(alias for alias, _state in depth)})
    yield Family(
        "order_status_inbox_messages",
        GAUGE,
        "Messages in the inbox that are not handled, by who sent them and what they wait for.",
        tuple(
            ({"source": alias, "state": str(state)}, depth.get((alias, str(state)), 0))
            for alias in aliases
            for state in kept
        ),
    )
    yield Family(
        "order_status_inbox_lag_seconds",
        GAUGE,
        "Since when the oldest message that is due waits to be handled.",
        tuple(({"source": alias}, _seconds(now, oldest.get(alias))) for alias in aliases),
    )


def _outbox() -> Iterator[Family]:
    now, states = timezone.now(), OutboxMessage.State
    pending = OutboxMessage.objects.filter(state=states.PENDING, told_by=None).order_by()
    waits = {
        alias: (count, oldest)
        for alias, count, oldest in pending.values_list("channel").annotate(
            count=Count("pk"), oldest=Min("due_at", filter=Q(due_at__lte=now))
        )
    }
    stuck = {
        (alias, state): count
        for alias, state, count in OutboxMessage.objects.filter(state__in=(states.DEAD, states.UNKNOWN))
        .order_by()
        .values_list("channel", "state")
        .annotate(count=Count("pk"))
    }
    resting = {state.alias: state for state in ChannelState.objects.all()}
    aliases = sorted({*conf.CHANNELS, *waits, *(alias for alias, _state in stuck)})
    yield Family(
        "order_status_outbox_messages",
        GAUGE,
        "Messages to customers that are owed, by channel.",
        tuple(({"channel": alias}, waits.get(alias, (0, None))[0]) for alias in aliases),
    )
    yield Family(
        "order_status_outbox_age_seconds",
        GAUGE,
        "Since when the oldest message that is due waits to be sent.",
        tuple(({"channel": alias}, _seconds(now, waits.get(alias, (0, None))[1])) for alias in aliases),
    )
    yield Family(
        "order_status_outbox_dead_letters",
        GAUGE,
        "Messages that were given up (dead), or may have arrived and are left to staff (unknown).",
        tuple(
            ({"channel": alias, "state": str(state)}, stuck.get((alias, str(state)), 0))
            for alias in aliases
            for state in (states.DEAD, states.UNKNOWN)
        ),
    )
    yield Family(
        "order_status_channel_left_in_peace",
        GAUGE,
        "1 while a channel's provider fails so often that it is left alone.",
        tuple(
            ({"channel": alias}, float(alias in resting and channels.is_open(resting[alias], now))) for alias in aliases
        ),
    )


def _webhooks() -> Iterator[Family]:
    pending = WebhookDelivery.objects.filter(state=WebhookDelivery.State.PENDING, due_at__lte=timezone.now())
    yield Family(
        "order_status_webhooks_due", GAUGE, "Webhooks to other systems that are due.", (({}, pending.count()),)
    )


def _sources() -> Iterator[Family]:
    every = condition.every()
    about = [({"source": one.alias}, one) for one in every]
    yield Family(
        "order_status_source_failures",
        GAUGE,
        "Failures in a row of a source that is asked.",
        tuple((labels, one.state.failures) for labels, one in about),
    )
    yield Family(
        "order_status_source_left_in_peace",
        GAUGE,
        "1 while a source fails so often, or refuses us, that it is left alone.",
        tuple((labels, float(one.is_open)) for labels, one in about),
    )
    yield Family(
        "order_status_source_due_parcels",
        GAUGE,
        "Parcels that a source should be asked about now.",
        tuple((labels, one.due) for labels, one in about),
    )
    yield Family(
        "order_status_source_lag_seconds",
        GAUGE,
        "Since when the oldest of them is due.",
        tuple((labels, one.late.total_seconds()) for labels, one in about),
    )
    yield Family(
        "order_status_source_last_success_timestamp_seconds",
        GAUGE,
        "When a source last answered, as a Unix time.",
        tuple((labels, one.state.last_success_at.timestamp()) for labels, one in about if one.state.last_success_at),
    )


def _worker() -> Iterator[Family]:
    now, last = timezone.now(), health.last_sign_of_life()
    yield Family(
        "order_status_worker_silent_seconds",
        GAUGE,
        "Since when no worker began any work; nothing where none ever did.",
        (({}, _seconds(now, last)),) if last else (),
    )
    yield Family(
        "order_status_worker_is_silent",
        GAUGE,
        "1 when there is work on a schedule and nobody does it.",
        (({}, float(health.is_silent())),),
    )
    yield Family(
        "order_status_workers_alive",
        GAUGE,
        "Supervised workers that gave a sign of life within the last half minute.",
        (({}, health.alive()),),
    )


def _process() -> Iterator[Family]:
    """Yield what no table knows: of the process that answers, and named after it."""
    process = {"process": f"{platform.node()}:{os.getpid()}"}
    yield Family(
        "order_status_streams_open", GAUGE, "Open streams of the process that answers.", ((process, open_streams()),)
    )
    yield Family(
        "order_status_streams_limit",
        GAUGE,
        "How many it may hold (LIVE_MAX_STREAMS).",
        ((process, conf.LIVE_MAX_STREAMS),),
    )
    yield Family(
        "order_status_kept_pages_total",
        COUNTER,
        "Public pages that the process that answers was asked for: kept ones (hit), and made anew (miss).",
        tuple(({**process, "result": result}, count) for result, count in looks().items()),
    )


def _seconds(now: object, moment: object) -> float:
    return 0.0 if moment is None else max(0.0, round((now - moment).total_seconds(), 1))  # type: ignore[operator]
