"""Put a host's snapshot of an order into its rows. Called by ``record`` inside its transaction, and nowhere else."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from ..backends import get_host
from ..carriers import catalogue
from ..events import Address, ContactSnapshot, FulfillmentKind, FulfillmentSnapshot, OrderSnapshot, ParcelSnapshot
from . import by_hand_numbers, refresh
from .contact import email_digest, email_digests, phone_digest, phone_digests
from .fold import ParcelState
from .followed import source_of
from .identity import hashed
from .models import Fulfillment, FulfillmentLine, Order, OrderContact, OrderLine, Parcel


@dataclass(slots=True)
class NewFulfillment:
    """An act of sending that was not known before."""

    row: Fulfillment
    is_shipping: bool


@dataclass(slots=True)
class Touched:
    """What a snapshot reached."""

    parcels: list[Parcel] = field(default_factory=list)
    new_fulfillments: list[NewFulfillment] = field(default_factory=list)

    def add(self, row: Fulfillment, said: FulfillmentSnapshot, parcels: Sequence[Parcel], *, is_new: bool) -> None:
        """Add an act of sending with its parcels."""
        self.parcels += parcels
        if is_new and not said.is_cancelled:
            self.new_fulfillments.append(NewFulfillment(row, is_shipping=said.kind is FulfillmentKind.SHIPPING))


def digest(snap: OrderSnapshot) -> str:
    """Return a digest of all that the snapshot says; when the host says it is no part of it."""
    return hashed(json.dumps(dataclasses.replace(snap, changed_at=None), sort_keys=True, cls=_Plain))


class _Plain(DjangoJSONEncoder):
    """Writes dataclasses as their fields: ``asdict`` would copy all of them first."""

    def default(self, o: Any) -> Any:
        if dataclasses.is_dataclass(o):
            return {field.name: getattr(o, field.name) for field in dataclasses.fields(o)}
        return super().default(o)


def apply(row: Order, snap: OrderSnapshot, heard_at: dt.datetime) -> Touched:
    """Make the rows say what the snapshot says. The caller saves ``row``.

    ``heard_at`` is when something happened of which the host does not say when.
    """
    say(row, snap)
    _contact(row, snap)
    lines = _lines(row, snap)
    return _fulfillments(row, snap, lines, heard_at)


def create(new: Sequence[tuple[Order, OrderSnapshot]]) -> list[Touched]:
    """Make the rows of orders that have none but their own, all at once: history, heard of when it happened."""
    OrderContact.objects.bulk_create([_say_contact(OrderContact(order=row), row, snap) for row, snap in new])
    lines = [_line_rows(row, snap) for row, snap in new]
    OrderLine.objects.bulk_create(line for each in lines for line in each)
    sendings = [
        [_say_fulfillment(Fulfillment(order=row, sent_at=snap.placed_at), said) for said in snap.fulfillments]
        for row, snap in new
    ]
    Fulfillment.objects.bulk_create(sending for each in sendings for sending in each)
    touched, fulfilled = [], list[FulfillmentLine]()
    for (row, snap), its_lines, its_sendings in zip(new, lines, sendings, strict=True):
        by_reference = {line.reference: line for line in its_lines}
        found = Touched()
        for sending, said in zip(its_sendings, snap.fulfillments, strict=True):
            for pk, count in _quantities(said, by_reference).items():
                fulfilled.append(FulfillmentLine(fulfillment=sending, line_id=pk, quantity=count))
            found.add(sending, said, _parcel_rows(row, sending, said, len(found.parcels), {}), is_new=True)
        touched.append(found)
    FulfillmentLine.objects.bulk_create(fulfilled)
    parcels = [parcel for each in touched for parcel in each.parcels]
    for parcel in parcels:
        refresh.put(parcel, ParcelState())  # nothing was heard of it yet
    Parcel.objects.bulk_create(parcels)
    return touched


def say(row: Order, snap: OrderSnapshot) -> None:
    """Have the order's own row say what the snapshot says; the caller saves."""
    row.number = snap.number[:190]
    try:
        row.number_key = get_host(row.host).normalise_number(snap.number)[:190]
    except KeyError:
        row.number_key = snap.number.strip().casefold()[:190]
    row.site_id = snap.site_id
    row.locale = snap.locale or row.locale
    row.placed_at = snap.placed_at
    row.state, row.state_text = snap.state, snap.state_text[:190]
    row.payment = snap.payment
    row.currency = snap.currency[:12]
    for name in ("items_total", "shipping_total", "tax_total", "total", "refunded_total"):
        setattr(row, name, money(getattr(snap, name)))
    row.country = snap.country[:2].upper()
    row.shipping_method = snap.shipping_method[:190]
    row.tags = list(snap.tags)
    row.expected_dispatch = snap.expected_dispatch
    row.handover = snap.handover[:190]


def backdate(row: Order, snap: OrderSnapshot) -> None:
    """Let what is taken in from before our time be as old as it is: retention counts from these moments."""
    told = [snap.changed_at or snap.placed_at]
    for sending in snap.fulfillments:
        told += [moment for moment in (sending.sent_at, sending.host_status_at) if moment is not None]
    last = min(max(told), row.last_activity_at)
    row.last_activity_at = last
    row.delivered_at = row.delivered_at and last
    row.closed_at = row.closed_at and last


def money(amount: Decimal | None) -> Decimal | None:
    """Return an amount as it is stored: three places hold every currency."""
    return None if amount is None else amount.quantize(Decimal("0.001"))


def _contact(row: Order, snap: OrderSnapshot) -> None:
    contact, _is_new = OrderContact.objects.get_or_create(order=row)
    _say_contact(contact, row, snap).save()


def _say_contact(contact: OrderContact, row: Order, snap: OrderSnapshot) -> OrderContact:
    said: ContactSnapshot = snap.contact
    new, new_phone = email_digest(said.email), phone_digest(said.phone, row.country)
    contact.checkout_email_digest = contact.checkout_email_digest or new
    contact.checkout_phone_digest = contact.checkout_phone_digest or new_phone
    contact.name = said.name[:255]
    contact.email, contact.phone = said.email[:254], said.phone[:64]
    contact.shipping_address = _address(said.shipping_address)
    contact.billing_address = _address(said.billing_address)
    contact.payment_summary = said.payment_summary[:255]
    contact.line_texts = {line.reference: line.personal_text for line in snap.lines if line.personal_text}
    contact.customer_reference = said.customer_reference[:190]
    if contact.email_digest not in email_digests(said.email):  # the same under a retired key is no other email
        contact.email_digest = new
    if contact.phone_digest not in phone_digests(said.phone, row.country):
        contact.phone_digest = new_phone
    return contact


def _address(address: Address) -> dict[str, Any]:
    return dataclasses.asdict(address) if address else {}


def _line_rows(row: Order, snap: OrderSnapshot) -> list[OrderLine]:
    return [
        OrderLine(
            order=row,
            reference=line.reference[:190],
            position=position,
            title=line.title[:500],
            details=line.details[:500],
            sku=line.sku[:190],
            quantity=max(0, line.quantity),
            image_url=line.image_url[:1000],
            url=line.url[:1000],
            unit_price=money(line.unit_price),
            total=money(line.total),
            is_physical=line.is_physical,
        )
        for position, line in enumerate(snap.lines)
    ]


def _lines(row: Order, snap: OrderSnapshot) -> dict[str, OrderLine]:
    """Upsert the lines; those that the host no longer has go."""
    rows = _line_rows(row, snap)
    OrderLine.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=("order", "reference"),
        update_fields=(
            "position",
            "title",
            "details",
            "sku",
            "quantity",
            "image_url",
            "url",
            "unit_price",
            "total",
            "is_physical",
        ),
    )
    OrderLine.objects.filter(order=row).exclude(reference__in=[line.reference for line in rows]).delete()
    return {line.reference: line for line in OrderLine.objects.filter(order=row)}


def _fulfillments(row: Order, snap: OrderSnapshot, lines: dict[str, OrderLine], heard_at: dt.datetime) -> Touched:
    """Upsert the acts of sending with their parcels. Nothing is deleted: what the host took back is marked."""
    touched = Touched()
    known = {fulfillment.reference: fulfillment for fulfillment in row.fulfillments.all()}
    position = 0
    for said in snap.fulfillments:
        fulfillment = known.pop(said.reference[:190], None) or _adopted(known, said)
        is_new = fulfillment is None
        if fulfillment is None:
            fulfillment = Fulfillment(order=row, sent_at=heard_at)
        _say_fulfillment(fulfillment, said).save()
        _fulfilled_lines(fulfillment, said, lines)
        parcels = _parcels(row, fulfillment, said, position)
        position += len(parcels)
        touched.add(fulfillment, said, parcels, is_new=is_new)
    by_hand = [fulfillment for fulfillment in known.values() if fulfillment.is_by_hand and not fulfillment.is_cancelled]
    gone = [one.pk for one in known.values() if not one.is_cancelled and not one.is_by_hand]
    if gone:
        Fulfillment.objects.filter(pk__in=gone).update(is_cancelled=True)
    if by_hand:
        by_hand_numbers.leave_the_rest(row, by_hand)
    return touched


def _say_fulfillment(row: Fulfillment, said: FulfillmentSnapshot) -> Fulfillment:
    row.reference = said.reference[:190]
    row.kind = said.kind
    row.sent_at = said.sent_at or row.sent_at
    row.is_cancelled = said.is_cancelled
    if not row.notify_by_hand:
        row.notify_customer = said.notify_customer
    return row


def _adopted(known: dict[str, Fulfillment], said: FulfillmentSnapshot) -> Fulfillment | None:
    """Take for the host's word what staff said before: a shipment with one of its numbers, or that it has none for."""
    if said.is_cancelled or said.kind is not FulfillmentKind.SHIPPING:
        return None
    numbers = {catalogue.normalise_number(parcel.tracking_number)[:190] for parcel in said.parcels} - {""}
    for reference, row in known.items():
        if row.is_by_hand and not row.is_cancelled and by_hand_numbers.adopt(row, numbers):
            row.reference, row.is_by_hand = said.reference[:190], False
            return known.pop(reference)
    return None


def _quantities(said: FulfillmentSnapshot, lines: dict[str, OrderLine]) -> dict[int, int]:
    """Return how many of which lines, by key, are in an act of sending."""
    quantities: dict[int, int] = {}
    for reference, quantity in said.lines:
        if (line := lines.get(reference[:190])) is not None and quantity > 0:
            quantities[line.pk] = quantities.get(line.pk, 0) + quantity
    return quantities


def _fulfilled_lines(fulfillment: Fulfillment, said: FulfillmentSnapshot, lines: dict[str, OrderLine]) -> None:
    quantities = _quantities(said, lines)
    FulfillmentLine.objects.bulk_create(
        [FulfillmentLine(fulfillment=fulfillment, line_id=pk, quantity=n) for pk, n in quantities.items()],
        update_conflicts=True,
        unique_fields=("fulfillment", "line"),
        update_fields=("quantity",),
    )
    FulfillmentLine.objects.filter(fulfillment=fulfillment).exclude(line__in=quantities).delete()


def _carrier_at_host(parcel: Parcel) -> str:
    """Return how the host named the carrier when it last spoke: by a slug of the catalogue, else in its own words."""
    return ("" if parcel.carrier_by_hand else parcel.carrier) or parcel.carrier_text.casefold()


def _now_named(known: dict[tuple[str, str], Parcel], text: str, number_key: str) -> Parcel | None:
    """Take the row of a number whose carrier was not known before: not in the catalogue then, or not said."""
    if not number_key:
        return None
    return known.pop((text, number_key), None) or known.pop(("", number_key), None)


def _given_by_hand(known: dict[tuple[str, str], Parcel], carrier: str) -> Parcel | None:
    """Take for a parcel without a number the row that staff gave one, unless it goes with another carrier."""
    for key, row in known.items():
        if row.number_by_hand and (not carrier or carrier in (row.carrier, row.carrier_text.casefold())):
            return known.pop(key)
    return None


def _parcels(row: Order, fulfillment: Fulfillment, said: FulfillmentSnapshot, position: int) -> list[Parcel]:
    """Upsert the parcels of one act of sending."""
    if said.kind is FulfillmentKind.DIGITAL:
        return []
    known = {(_carrier_at_host(p), p.number_key): p for p in fulfillment.parcels.all()}
    rows = _parcel_rows(row, fulfillment, said, position, known)
    for parcel in rows:
        parcel.save()
    gone = [parcel.pk for parcel in known.values()]
    if gone:
        Parcel.objects.filter(pk__in=gone).update(is_withdrawn=True)
    return rows


def _parcel_rows(
    row: Order,
    fulfillment: Fulfillment,
    said: FulfillmentSnapshot,
    position: int,
    known: dict[tuple[str, str], Parcel],
) -> list[Parcel]:
    """Return the parcels of one act of sending, not saved; those that are among the ``known`` are taken out of them.

    What travels has at least one, be it without carrier and number.
    """
    if said.kind is FulfillmentKind.DIGITAL:
        return []
    rows: dict[tuple[str, str], Parcel] = {}
    for parcel in said.parcels or (ParcelSnapshot(),):
        carrier = parcel.carrier or (found.slug if (found := catalogue.find(parcel.carrier_text)) else "")
        number_key = catalogue.normalise_number(parcel.tracking_number)[:190]
        text = parcel.carrier_text[:190].casefold()
        key = (carrier or text, number_key)
        if key in rows:
            continue
        item = known.pop(key, None) or _now_named(known, text, number_key)
        if item is None and not number_key:
            item = _given_by_hand(known, carrier or text)
        item = item or Parcel(order=row, fulfillment=fulfillment, number_key=number_key)
        if not item.carrier_by_hand:
            item.carrier = carrier
        item.carrier_text = parcel.carrier_text[:190]
        item.source = item.source or (source_of(item.carrier) if number_key else "")
        if number_key or not item.number_by_hand:
            item.tracking_number, item.number_by_hand = parcel.tracking_number[:190], False
            item.tracking_url = parcel.tracking_url[:1000]
        item.is_withdrawn = False
        item.position = position + len(rows)
        rows[key] = item
    return list(rows.values())
