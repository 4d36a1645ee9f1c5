"""From a body of the push API to the house's own words. Pure: what was there before is handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from django.utils.html import linebreaks

from ...carriers import catalogue
from ...events import (
    Address,
    ConsentSnapshot,
    ContactSnapshot,
    DeliveryWindow,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
    Place,
    TrackingScan,
    TrackingUpdate,
)
from ...exceptions import UnreadableMessage
from .body import (
    AddressBody,
    ContactBody,
    EventBody,
    EventsBody,
    FulfillmentBody,
    LineBody,
    NoteBody,
    OrderBody,
    ParcelBody,
)


def order(reference: str, body: OrderBody, old: OrderSnapshot | None, told_at: dt.datetime) -> OrderSnapshot:
    """Return the order that a body tells. ``old`` is what was told before: its fulfillments stay where none are told."""
    lines = tuple(_line(line) for line in body.lines)
    told: tuple[FulfillmentSnapshot, ...] = ()
    if body.fulfillments is None:
        told = _fitting(old.fulfillments, lines) if old else ()
    else:
        before = {each.reference: each for each in old.fulfillments} if old else {}
        for each in body.fulfillments:
            told += (fulfillment(each.reference, each, before.get(each.reference), lines, told),)
    return OrderSnapshot(
        reference=reference,
        number=body.number,
        placed_at=body.placed_at,
        lines=lines,
        contact=_contact(body.contact),
        fulfillments=told,
        state=body.state,
        state_text=body.state_text,
        payment=body.payment,
        currency=body.currency,
        items_total=body.items_total,
        shipping_total=body.shipping_total,
        tax_total=body.tax_total,
        total=body.total,
        refunded_total=body.refunded_total,
        locale=_language(body.locale),
        country=body.country or body.contact.shipping_address.country,
        shipping_method=body.shipping_method,
        tags=tuple(dict.fromkeys(body.tags)),
        expected_dispatch=body.expected_dispatch,
        handover=body.handover,
        changed_at=body.changed_at or told_at,
    )


def fulfillment(
    reference: str,
    body: FulfillmentBody,
    old: FulfillmentSnapshot | None,
    lines: Iterable[LineSnapshot],
    others: Iterable[FulfillmentSnapshot],
) -> FulfillmentSnapshot:
    """Return the fulfillment that a body tells. ``others`` are those that send what this one does not name."""
    before = old.parcels if old else ()
    parcels = before if body.parcels is None else tuple(parcel(each) for each in body.parcels)
    named = tuple((line.line, line.quantity) for line in body.lines)
    return FulfillmentSnapshot(
        reference=reference,
        lines=named or (old.lines if old else _left(lines, others)),
        sent_at=body.sent_at or (old.sent_at if old else None),
        kind=body.kind,
        parcels=parcels,
        is_cancelled=body.is_cancelled,
        notify_customer=body.notify_customer,
        host_status=body.status,
        host_status_text=body.status_text,
        host_status_at=body.status_at,
    )


def with_fulfillment(old: OrderSnapshot, reference: str, body: FulfillmentBody, told_at: dt.datetime) -> OrderSnapshot:
    """Return the order with this fulfillment in its place, or as its last. Raises UnreadableMessage."""
    strangers = {line.line for line in body.lines} - {line.reference for line in old.lines}
    if strangers:
        raise UnreadableMessage(f"The order has no line {sorted(strangers)[0]!r}.")
    before = next((each for each in old.fulfillments if each.reference == reference), None)
    others = [each for each in old.fulfillments if each.reference != reference]
    return _with(old, fulfillment(reference, body, before, old.lines, others), told_at)


def without_fulfillment(old: OrderSnapshot, reference: str, told_at: dt.datetime) -> OrderSnapshot:
    """Return the order without this fulfillment."""
    left = tuple(each for each in old.fulfillments if each.reference != reference)
    return replace(old, fulfillments=left, changed_at=_later(old, told_at))


def with_parcel(
    old: OrderSnapshot, reference: str, number: str, body: ParcelBody, told_at: dt.datetime
) -> OrderSnapshot:
    """Return the order with this parcel in a fulfillment that is there. Raises UnreadableMessage."""
    inside = _found(old, reference)
    new = replace(parcel(body), tracking_number=number)
    others = tuple(each for each in inside.parcels if each.tracking_number and not _is(each, number))
    return _with(old, replace(inside, parcels=(*others, new)), told_at)


def without_parcel(old: OrderSnapshot, reference: str, number: str, told_at: dt.datetime) -> OrderSnapshot:
    """Return the order without this parcel. Raises UnreadableMessage."""
    inside = _found(old, reference)
    left = tuple(each for each in inside.parcels if not _is(each, number))
    return _with(old, replace(inside, parcels=left), told_at)


def parcel(body: ParcelBody) -> ParcelSnapshot:
    """Return one parcel: by the slug of our catalogue where its carrier is spelt like one."""
    slug = body.carrier if catalogue.get(body.carrier) else ""
    return ParcelSnapshot(
        carrier=slug,
        carrier_text=body.carrier,
        tracking_number=body.tracking_number,
        tracking_url=body.tracking_url,
    )


def news(number: str, body: EventsBody, told_at: dt.datetime) -> TrackingUpdate:
    """Return what a body tells of one parcel."""
    window = None
    if body.estimate:
        first, last = sorted((body.estimate.earliest, body.estimate.latest))
        window = DeliveryWindow(earliest=first, latest=last, stated_at=told_at, reason=body.estimate.reason)
    return TrackingUpdate(
        tracking_number=number,
        scans=tuple(_scan(event) for event in body.events),
        window=window,
        next_step=body.next_step,
        signed_by=body.signed_by,
        left_at=body.left_at,
        pickup_place=body.pickup_place,
        pickup_hours=body.pickup_hours,
        pickup_until=body.pickup_until,
    )


def note(body: NoteBody) -> str:
    """Return a note as HTML: it came as plain text."""
    return str(linebreaks(body.text, autoescape=True))


def _with(old: OrderSnapshot, new: FulfillmentSnapshot, told_at: dt.datetime) -> OrderSnapshot:
    known = {each.reference: each for each in old.fulfillments}
    known[new.reference] = new
    return replace(old, fulfillments=tuple(known.values()), changed_at=_later(old, told_at))


def _later(old: OrderSnapshot, told_at: dt.datetime) -> dt.datetime:
    """Return when the whole changed: a part is always news to it, whatever the shop's clock said of the whole."""
    return max(old.changed_at or told_at, told_at)


def _found(old: OrderSnapshot, reference: str) -> FulfillmentSnapshot:
    found = next((each for each in old.fulfillments if each.reference == reference), None)
    if found is None:
        raise UnreadableMessage(f"The order has no fulfillment {reference!r}.")
    return found


def _is(known: ParcelSnapshot, number: str) -> bool:
    return catalogue.normalise_number(known.tracking_number) == catalogue.normalise_number(number)


def _fitting(
    fulfillments: Iterable[FulfillmentSnapshot], lines: Iterable[LineSnapshot]
) -> tuple[FulfillmentSnapshot, ...]:
    """Return these without the lines that the order no longer has."""
    known = {line.reference for line in lines}
    return tuple(replace(each, lines=tuple(line for line in each.lines if line[0] in known)) for each in fulfillments)


def _left(lines: Iterable[LineSnapshot], others: Iterable[FulfillmentSnapshot]) -> tuple[tuple[str, int], ...]:
    """Return what of these lines no other fulfillment sends."""
    sent: dict[str, int] = {}
    for other in others:
        for reference, quantity in () if other.is_cancelled else other.lines:
            sent[reference] = sent.get(reference, 0) + quantity
    left = ((line.reference, line.quantity - sent.get(line.reference, 0)) for line in lines if line.is_physical)
    return tuple((reference, quantity) for reference, quantity in left if quantity > 0)


def _line(body: LineBody) -> LineSnapshot:
    return LineSnapshot(**body.model_dump())


def _address(body: AddressBody) -> Address:
    return Address(**{**body.model_dump(), "lines": tuple(line for line in body.lines if line)})


def _contact(body: ContactBody) -> ContactSnapshot:
    said = body.model_dump(exclude={"shipping_address", "billing_address", "consents"})
    return ContactSnapshot(
        **said,
        shipping_address=_address(body.shipping_address),
        billing_address=_address(body.billing_address),
        consents=tuple(
            ConsentSnapshot(**{**each.model_dump(), "locale": _language(each.locale)}) for each in body.consents
        ),
    )


def _scan(event: EventBody) -> TrackingScan:
    offset = event.happened_at.utcoffset() or dt.timedelta()
    return TrackingScan(
        status=event.status,
        local_time=event.happened_at.replace(tzinfo=None),
        utc_offset=round(offset.total_seconds() / 60),
        overlay=event.overlay,
        reason=event.reason,
        source_id=event.id,
        raw_code=event.code or (event.status or ""),
        message=event.message,
        rule="as the shop tells it",
        place=Place(city=event.place.city, region=event.place.region, country=event.place.country),
    )


def _language(tag: str) -> str:
    """Return a language as Django spells it."""
    return tag.replace("_", "-").lower()
