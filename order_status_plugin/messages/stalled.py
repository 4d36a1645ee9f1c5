"""What does not move: an order of which nothing was sent, a parcel that nobody scans. Told once a stall, by the sweep."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from ..backends import get_source
from ..cms import epoch
from ..conf import conf
from ..events import Headline, Milestone, OrderState
from ..exceptions import BackendError
from ..tracking.milestones import Reached
from ..tracking.models import MOVING, Order, Parcel, TrackingEvent
from ..tracking.tell import tell as tell_all
from . import notices
from .models import OutboxMessage, Stall
from .rules import MessageRules, Rules, rules_for

logger = logging.getLogger(__name__)

#: The occurrence of an order of which nothing was sent.
UNSENT = "unsent"


def tell(now: dt.datetime | None = None) -> int:
    """Write down every stall that began lately, for the customer and for support; return how many were new."""
    found = list(find(now or timezone.now()))
    known = _known(found)
    told = 0
    for reached in found:
        if (reached.order.pk, reached.subject, reached.occurrence) in known:
            continue
        try:
            with transaction.atomic():
                is_new = _tell(reached)
        except Exception:  # one order that cannot be told of stops no other
            logger.exception("order %s does not move, and nobody could be told", reached.order.pk)
            continue
        told += is_new
    return told


def _tell(reached: Reached) -> bool:
    """Tell of one stall as of every milestone, and support; say whether it was new, to another sweep as well."""
    _row, is_new = Stall.objects.get_or_create(
        order=reached.order, subject=reached.subject, occurrence=reached.occurrence
    )
    if is_new:
        tell_all((), [reached])
        notices.owe_support(reached.order, reached.subject, f"{reached.subject}:{reached.occurrence}")
    return is_new


def find(now: dt.datetime) -> Iterator[Reached]:
    """Yield the stalls that began within the time in which they are news. What was imported never stalls."""
    number = epoch.current()
    every = _every(number)
    age = max(rules.max_age() for rules in every)
    unsent = [rules.unsent_after() for rules in every]
    for order in _unsent(now - max(unsent) - age, now - min(unsent), now - age, now):
        rules = rules_for(order.site_id, number)
        began = _unsent_since(order, rules)
        if began and now - rules.max_age() <= began <= now:
            yield _stall(order, "order", UNSENT, began)
    silent = [rules.silent_after() for rules in every]
    for parcel in _silent(now - max(silent) - age, now - min(silent)):
        rules = rules_for(parcel.order.site_id, number)
        began = parcel.scanned_at + rules.silent_after()
        if now - rules.max_age() <= began <= now and _is_live(parcel):
            yield _stall(parcel.order, f"parcel:{parcel.pk}", scan_of(parcel), began, parcel)


def has_ended(row: OutboxMessage) -> bool:
    """Say whether something moved since this stall was written down."""
    if row.occurrence == UNSENT:
        order = row.order
        return order.state != OrderState.OPEN or order.fulfillments.filter(is_cancelled=False).exists()
    pk = row.subject.removeprefix("parcel:")
    parcel = _scanned().filter(pk=pk, status__in=MOVING).first() if pk.isdecimal() else None
    return parcel is None or scan_of(parcel) != row.occurrence


def scan_of(parcel: Any) -> str:
    """Return what names the last scan of a parcel that ``_scanned`` read: a stall lasts as long as it stays the last."""
    scanned_at: dt.datetime = parcel.scanned_at
    return scanned_at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _every(number: int) -> list[Rules]:
    sites = MessageRules.objects.values_list("site_id", flat=True) if number else ()
    return [Rules(), *(rules_for(site, number) for site in sites)]


def _unsent(first: dt.datetime, last: dt.datetime, news: dt.datetime, now: dt.datetime) -> QuerySet[Order]:
    """Return the open orders of which nothing was sent, and which were placed or promised in this time."""
    promised = Q(expected_dispatch__gte=news - dt.timedelta(days=2), expected_dispatch__lte=now)
    return (
        Order.objects.filter(Q(placed_at__gte=first, placed_at__lte=last) | promised)
        .filter(erased_at=None, is_imported=False, state=OrderState.OPEN, headline=Headline.CONFIRMED)
        .filter(lines__is_physical=True, lines__quantity__gt=0)
        .exclude(fulfillments__is_cancelled=False)
        .distinct()
    )


def _unsent_since(order: Order, rules: Rules) -> dt.datetime | None:
    """Return when an order stalled: so long after it was placed, and not before the day on which it should leave ended."""
    if order.placed_at is None:
        return None
    began = order.placed_at + rules.unsent_after()
    if order.expected_dispatch is None:
        return began
    over = dt.datetime.combine(order.expected_dispatch + dt.timedelta(days=1), dt.time(), tzinfo=conf.zone())
    return max(began, over)


def _scanned() -> QuerySet[Any]:
    """Return parcels with ``scanned_at``: when their last scan came, or when they were sent."""
    last = TrackingEvent.objects.filter(parcel=OuterRef("pk")).order_by("-received_at").values("received_at")[:1]
    return Parcel.objects.annotate(
        scanned_at=Coalesce(Subquery(last), F("fulfillment__sent_at"), output_field=DateTimeField())
    )


def _silent(first: dt.datetime, last: dt.datetime) -> QuerySet[Any]:
    return (
        _scanned()
        .filter(status__in=MOVING, is_withdrawn=False, fulfillment__is_cancelled=False)
        .exclude(source="")
        .filter(order__erased_at=None, order__is_imported=False)
        .filter(Q(scanned_at__gte=first), Q(scanned_at__lte=last))
        .select_related("order", "fulfillment")
    )


def _is_live(parcel: Parcel) -> bool:
    """Say whether a source that is configured follows this parcel by itself: silence of any other says nothing."""
    try:
        return get_source(parcel.source).tracks(parcel.carrier)
    except (KeyError, BackendError):
        return False


def _stall(order: Order, subject: str, occurrence: str, began: dt.datetime, parcel: Parcel | None = None) -> Reached:
    return Reached(
        order=order,
        milestone=Milestone.STALLED,
        subject=subject,
        occurrence=occurrence,
        happened_at=began,
        is_news=True,
        fulfillment=parcel.fulfillment if parcel else None,
        parcel=parcel,
    )


def _known(found: Iterable[Reached]) -> set[tuple[int, str, str]]:
    rows = Stall.objects.filter(order__in={reached.order.pk for reached in found})
    return set(rows.values_list("order_id", "subject", "occurrence"))
