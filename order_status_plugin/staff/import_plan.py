"""What a file of tracking numbers would do, line by line, before it does; asked of the database a few hundred at a time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..backends import get_host
from ..carriers import catalogue
from ..conf import conf
from ..events import FulfillmentKind, OrderState
from ..exceptions import BackendError
from ..tracking.models import FulfillmentLine, Order, OrderLine, Parcel
from .import_file import MOST_LINES, Line
from .models import NumberImport, NumberImportLine

State = NumberImportLine.State

#: What is said of a file, or of a line: what is wrong and what to do, or what happens.
SAYS: dict[str, str | Promise] = {
    "too_large": _("The file is larger than 2 MB. Split it."),
    "too_many": _("The file has more than 10,000 lines. Split it."),
    "no_table": _("This is no table of text. Save the spreadsheet as CSV."),
    "no_columns": _("Two columns are missing: name them “order” and “tracking number” in the first line."),
    "empty": _("The file has no line."),
    "no_number": _("The order number is missing. Fill it in."),
    "no_tracking": _("The tracking number is missing. Fill it in."),
    "rounded": _("The spreadsheet has rounded the tracking number. Format its column as text, and fill it in again."),
    "too_long": _("The tracking number is too long to be one."),
    "unknown_order": _("No order has this number. Copy it from the shop, with its letters and dashes."),
    "several_orders": _("Several orders have this number. Add a column “host” that says which shop."),
    "erased": _("The customer's data was erased: nothing can be added."),
    "over": _("The order is cancelled or refunded. Look at it in the shop."),
    "nothing": _("Nothing of this order travels: it needs no tracking number."),
    "bad_date": _("The date cannot be read. Write it like this: 2026-11-29."),
    "future": _("The date is in the future. Import it when the parcel has left."),
    "repeated": _("The same order and number stand further up already."),
    "same": _("The order has this number already."),
    "filled": _("The parcel gets its number."),
    "sent": _("What was not sent yet goes with it."),
    "added": _("One more parcel of this order."),
}
ERRORS = frozenset(
    [
        "no_number",
        "no_tracking",
        "rounded",
        "too_long",
        "unknown_order",
        "several_orders",
        "erased",
        "over",
        "nothing",
        "bad_date",
        "future",
    ]
)
SKIPPED = frozenset({"repeated", "same"})
#: What a spreadsheet makes of a long number: 1.23457E+14.
_ROUNDED = re.compile(r"\d[.,]\d+E\+\d+", re.IGNORECASE)
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M")
_CHUNK = 400

T = TypeVar("T")


def store(lines: Sequence[Line], author: str) -> NumberImport:
    """Keep a file's lines with what each would do. Nothing is done yet."""
    catalogue.refresh()
    now = timezone.now()
    planned = list(_plan(lines[:MOST_LINES], now))
    with transaction.atomic():
        batch = NumberImport.objects.create(author=author[:150], created_at=now)
        for row in planned:
            row.batch = batch
        NumberImportLine.objects.bulk_create(planned, batch_size=_CHUNK)
    return batch


@dataclass(slots=True)
class _Known:
    """What the database says of the orders that a file names."""

    orders: dict[str, list[Order]] = field(default_factory=dict)  # by each form of a number
    numbers: dict[int, set[str]] = field(default_factory=dict)  # order -> the numbers that its page shows
    empty: dict[int, int] = field(default_factory=dict)  # order -> parcels without a number
    unsent: dict[int, int] = field(default_factory=dict)  # order -> pieces
    travels: set[int] = field(default_factory=set)  # orders with something physical


def _plan(lines: Sequence[Line], now: dt.datetime) -> Iterator[NumberImportLine]:
    known = _known(lines)
    seen: set[tuple[int, str]] = set()
    for line in lines:
        row = NumberImportLine(
            line=line.line,
            number=line.number[:190],
            carrier_text=line.carrier[:190],
            tracking_number=line.tracking_number[:190],
        )
        row.says = _says(line, row, known, seen, now)
        row.state = State.ERROR if row.says in ERRORS else State.SKIPPED if row.says in SKIPPED else State.READY
        yield row


def _says(line: Line, row: NumberImportLine, known: _Known, seen: set[tuple[int, str]], now: dt.datetime) -> str:
    """Return the word for a line, and fill in what it means."""
    key = catalogue.normalise_number(line.tracking_number)
    if said := _wrong(line, key):
        return said
    found = [order for order in known.orders.get(_spelled(line.number), ()) if line.host in ("", order.host)]
    if len(found) != 1:
        return "several_orders" if found else "unknown_order"
    order = row.order = found[0]
    if order.erased_at is not None:
        return "erased"
    if order.state in (OrderState.CANCELLED, OrderState.REFUNDED):
        return "over"
    sent_at = _moment(line.sent, now)
    if sent_at is None:
        return "bad_date"
    if sent_at > now + conf.FUTURE_TOLERANCE:
        return "future"
    row.sent_at, row.carrier = sent_at, _carrier(line)
    if (order.pk, key) in seen:
        return "repeated"
    seen.add((order.pk, key))
    return _deed(order, key, known)


def _wrong(line: Line, key: str) -> str:
    """Return what is wrong with a line as it stands, "" for nothing."""
    if not line.number:
        return "no_number"
    if not key:
        return "no_tracking"
    if _ROUNDED.fullmatch(line.tracking_number.strip()):
        return "rounded"
    return "too_long" if len(line.tracking_number) > 190 else ""


def _deed(order: Order, key: str, known: _Known) -> str:
    if key in known.numbers.get(order.pk, ()):
        return "same"
    if known.empty.get(order.pk):
        known.empty[order.pk] -= 1
        return "filled"
    if known.unsent.get(order.pk):
        known.unsent[order.pk] = 0
        return "sent"
    return "added" if order.pk in known.travels else "nothing"


def _carrier(line: Line) -> str:
    """Return the slug of who carries it: as the file says, else as the number alone can mean; "" where that is open."""
    if line.carrier:
        found = catalogue.find(line.carrier)
        return found.slug if found else ""
    candidates = catalogue.likely(line.tracking_number)
    best = [each for each in candidates if each.evidence == candidates[0].evidence]
    return best[0].carrier.slug if len(best) == 1 else ""


def _moment(text: str, now: dt.datetime) -> dt.datetime | None:
    """Return when it was sent by a file's own words: now for none, None for what is no date."""
    if not text:
        return now
    for form in _DATES:
        try:
            found = dt.datetime.strptime(text, form)  # noqa: DTZ007 - the shop's clock, below
        except ValueError:
            continue
        if not found.hour and not found.minute:  # a day: not before it was packed
            found = found.replace(hour=12)
        moment = found.replace(tzinfo=conf.zone())
        today = now.astimezone(conf.zone()).date()
        return now if moment.date() == today else moment
    return None


def _spelled(number: str) -> str:
    return number.strip().casefold()


def _keys(number: str) -> set[str]:
    keys = {_spelled(number)[:190]}
    for alias in conf.HOSTS:
        try:
            keys.add(get_host(alias).normalise_number(number)[:190])
        except (KeyError, BackendError):
            continue
    return keys - {""}


def _known(lines: Sequence[Line]) -> _Known:
    """Ask for all of it, in a number of queries that grows by a few for each ``_CHUNK`` lines."""
    keys: dict[str, set[str]] = {}
    for line in lines:
        keys.setdefault(_spelled(line.number), _keys(line.number))
    by_key: dict[str, list[Order]] = {}
    for chunk in _chunks(sorted({key for own in keys.values() for key in own})):
        columns = ("pk", "host", "number", "number_key", "reference", "state", "erased_at")
        for order in Order.objects.filter(number_key__in=chunk).only(*columns).order_by("pk"):
            by_key.setdefault(order.number_key, []).append(order)
    known = _Known()
    for spelled, own in keys.items():
        known.orders[spelled] = list({order.pk: order for key in own for order in by_key.get(key, ())}.values())
    for pks in _chunks(sorted({order.pk for orders in known.orders.values() for order in orders})):
        _look(known, pks)
    return known


def _look(known: _Known, orders: list[int]) -> None:
    standing = Parcel.objects.filter(order__in=orders, is_withdrawn=False, fulfillment__is_cancelled=False)
    for order, key, kind in standing.values_list("order_id", "number_key", "fulfillment__kind"):
        known.numbers.setdefault(order, set()).add(key)
        if not key and kind == FulfillmentKind.SHIPPING:
            known.empty[order] = known.empty.get(order, 0) + 1
    lines = OrderLine.objects.filter(order__in=orders, is_physical=True).order_by()
    for order, count in lines.values_list("order_id").annotate(n=Sum("quantity")):
        known.unsent[order] = count
        known.travels.add(order)
    went = FulfillmentLine.objects.filter(
        fulfillment__order__in=orders, fulfillment__is_cancelled=False, line__is_physical=True
    ).order_by()
    for order, count in went.values_list("fulfillment__order_id").annotate(n=Sum("quantity")):
        known.unsent[order] = max(0, known.unsent.get(order, 0) - count)


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
