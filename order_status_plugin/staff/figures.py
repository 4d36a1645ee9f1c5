"""The figures of the report: of the parcels sent, and of the messages written, within a span of days."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..carriers import catalogue
from ..conf import conf
from ..events import Overlay, ParcelStatus, Tier
from ..messages.models import OutboxMessage
from ..messages.told import STATES, label_of
from ..tracking.fold import ARRIVED
from ..tracking.models import Parcel, TrackingEvent
from .hands import hands

#: As many carriers as a chart shows, those with most parcels.
MOST = 15
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """From the first moment to the one before which it ends, both aware."""

    first: dt.datetime
    end: dt.datetime


@dataclass(frozen=True, slots=True)
class Chart:
    """A table whose first columns are drawn, too: a bar a row."""

    slug: str
    title: str
    columns: tuple[str, ...]
    #: Label, and a cell a column.
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    #: The length of each row's bars, in per cent of the longest: a bar a drawn column.
    bars: tuple[tuple[float, ...], ...]
    #: What the bars are, by colour.
    drawn: tuple[str, ...]


def charts(span: Span) -> list[Chart]:
    """Return all of them."""
    catalogue.refresh()
    return [delivery(span), trouble(span), told(span), *([looks(span)] if conf.PAGE_VIEWS else ())]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of the sorted values lies, between two neighbours where it falls there."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def delivery(span: Span) -> Chart:
    """Return how long the parcels sent in this time took, from sending to delivery, by carrier."""
    arrived = [status.value for status in ARRIVED]
    rows = (
        TrackingEvent.objects.filter(
            status__in=arrived,
            parcel__status__in=arrived,
            parcel__is_withdrawn=False,
            parcel__fulfillment__is_cancelled=False,
            parcel__fulfillment__sent_at__gte=span.first,
            parcel__fulfillment__sent_at__lt=span.end,
        )
        .order_by()
        .values("parcel_id")
        .annotate(
            at=Min(Coalesce("occurred_at", "received_at")),
            sent=Max("parcel__fulfillment__sent_at"),
            slug=Max("parcel__carrier"),
            text=Max("parcel__carrier_text"),
        )
        .values_list("slug", "text", "at", "sent")
    )
    days: dict[str, list[float]] = defaultdict(list)
    for slug, text, at, sent in rows.iterator(chunk_size=2_000):
        days[_carrier(slug, text)].append(max(0.0, (at - sent).total_seconds() / _DAY))
    found = sorted(days.items(), key=lambda each: (-len(each[1]), each[0]))[:MOST]
    figures = []
    for name, taken in found:
        taken.sort()
        figures.append((name, len(taken), percentile(taken, 0.5), percentile(taken, 0.9)))
    return Chart(
        "delivery",
        _("Days from sending to delivery, by carrier"),
        (_("Median"), _("90 of 100 within"), _("Parcels delivered")),
        tuple((name, (f"{median:.1f}", f"{most:.1f}", str(count))) for name, count, median, most in figures),
        _shares([(median, most) for _name, _count, median, most in figures]),
        (_("Median"), _("90 of 100 within")),
    )


def trouble(span: Span) -> Chart:
    """Return of how many parcels sent in this time a carrier told a problem, or which it lost, by carrier."""
    sent = Parcel.objects.filter(
        is_withdrawn=False,
        fulfillment__is_cancelled=False,
        fulfillment__sent_at__gte=span.first,
        fulfillment__sent_at__lt=span.end,
    ).order_by()
    wrong = TrackingEvent.objects.filter(Q(overlay=Overlay.EXCEPTION) | Q(status=ParcelStatus.LOST))
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for what, rows in (("sent", sent), ("wrong", sent.filter(pk__in=wrong.values("parcel_id")))):
        for slug, text, count in rows.values_list("carrier", "carrier_text").annotate(n=Count("pk")):
            counted[_carrier(slug, text)][what] += count
    found = sorted(counted.items(), key=lambda each: (-each[1]["wrong"], -each[1]["sent"], each[0]))[:MOST]
    return Chart(
        "trouble",
        _("Parcels with a problem, by carrier"),
        (_("With a problem"), _("Share"), _("Parcels sent")),
        tuple((name, (str(n["wrong"]), _share(n["wrong"], n["sent"]), str(n["sent"]))) for name, n in found),
        _shares([(float(n["wrong"]),) for _name, n in found]),
        (_("With a problem"),),
    )


def told(span: Span) -> Chart:
    """Return what became of the messages written in this time, by channel."""
    rows = OutboxMessage.objects.filter(created_at__gte=span.first, created_at__lt=span.end, told_by=None).order_by()
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for channel, state, count in rows.values_list("channel", "state").annotate(n=Count("pk")):
        counted[channel][state] += count
    found = sorted(counted.items(), key=lambda each: (-each[1].total(), each[0]))
    return Chart(
        "messages",
        _("Messages, by channel and what became of them"),
        tuple(str(word) for word in STATES.values()),
        tuple((label_of(channel), tuple(str(n[state]) for state in STATES)) for channel, n in found),
        _shares([tuple(float(n[state]) for state in STATES) for _channel, n in found]),
        tuple(str(word) for word in STATES.values()),
    )


def looks(span: Span) -> Chart:
    """Return how often pages were opened, by day; where that is too many bars, by week or month."""
    zone = conf.zone()
    first, end = span.first.astimezone(zone).date(), span.end.astimezone(zone).date()
    found: dict[str, Counter[str]] = {}
    for day in (first + dt.timedelta(days=n) for n in range((end - first).days)):
        found.setdefault(_period(day, (end - first).days), Counter())
    for day, tier, count in hands().page_views(first, end):
        found[_period(day, (end - first).days)][tier] += count
    names = {Tier.PUBLIC.value: _("With the link"), Tier.PRIVATE.value: _("As the customer")}
    return Chart(
        "looks",
        _("Pages opened"),
        tuple(names.values()),
        tuple((label, tuple(str(n[tier]) for tier in names)) for label, n in found.items()),
        _shares([tuple(float(n[tier]) for tier in names) for n in found.values()]),
        tuple(names.values()),
    )


def _period(day: dt.date, days: int) -> str:
    """Return the day, the Monday of its week, or its month: at most about 40 of them."""
    if days <= 40:
        return date_format(day, "SHORT_DATE_FORMAT")
    if days <= 280:
        return date_format(day - dt.timedelta(days=day.weekday()), "SHORT_DATE_FORMAT")
    return date_format(day, "YEAR_MONTH_FORMAT")


def _carrier(slug: str, text: str) -> str:
    known = catalogue.get(slug) if slug else None
    return known.name if known else text or _("No carrier known")


def _share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else "0 %"


def _shares(rows: Sequence[tuple[float, ...]]) -> tuple[tuple[float, ...], ...]:
    longest: Any = max((max(row, default=0.0) for row in rows), default=0.0)
    return tuple(tuple(round(100 * value / longest, 2) if longest else 0.0 for value in row) for row in rows)
