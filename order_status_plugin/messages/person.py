"""The person behind an order, as channels and mails know them: read at the moment of use, kept nowhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from ..events import Address, ContactSnapshot
from ..tracking.models import OrderContact
from .corrected import CorrectedContact
from .models import OutboxMessage
from .recipient import known, reached


def person(order_id: int) -> ContactSnapshot | None:
    """Return the order's contact as its host has it now, or None where there is none (any more)."""
    contact = OrderContact.objects.filter(order_id=order_id).first()
    return None if contact is None else _snapshot(contact)


def addressee(order_id: int) -> ContactSnapshot | None:
    """Return whom news of the order goes to: the host's contact with what staff corrected.

    What proves who somebody is (a code, links that were asked for) goes to :func:`person`, so that a corrected address
    opens nothing.
    """
    return addressees([order_id]).get(order_id)


def addressees(order_ids: Collection[int]) -> dict[int, ContactSnapshot]:
    """Return the same for several orders, by key; who has no contact is not among them."""
    corrected = CorrectedContact.objects.in_bulk(order_ids)
    found = {}
    for contact in OrderContact.objects.filter(order__in=order_ids):
        found[contact.order_id] = _corrected(_snapshot(contact), corrected.get(contact.order_id))
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class People:
    """Whom an order's host named, and whom its news goes to: the same where staff corrected nothing."""

    person: ContactSnapshot | None
    addressee: ContactSnapshot | None


def people_of(order_id: int) -> People:
    """Return both, each row read once."""
    said = person(order_id)
    if said is None:
        return People(None, None)
    return People(said, _corrected(said, CorrectedContact.objects.filter(order_id=order_id).first()))


def _corrected(said: ContactSnapshot, other: CorrectedContact | None) -> ContactSnapshot:
    if other is None:
        return said
    return dataclasses.replace(said, email=other.email or said.email, phone=other.phone or said.phone)


def known_as(row: OutboxMessage) -> list[str]:
    """Return the digests, under every key of the ring, of whom a row is for.

    The row's own alone where the order has that address no more, or never had: a device.
    """
    people = people_of(row.order_id)
    for contact in (people.addressee, people.person):
        recipient = reached(row.channel, contact)
        if recipient and row.recipient_digest in (found := known(row.channel, recipient)):
            return found
    return [row.recipient_digest] if row.recipient_digest else []


def _snapshot(contact: OrderContact) -> ContactSnapshot:
    return ContactSnapshot(
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        shipping_address=_address(contact.shipping_address),
        billing_address=_address(contact.billing_address),
        payment_summary=contact.payment_summary,
        customer_reference=contact.customer_reference,
    )


def _address(stored: Mapping[str, Any]) -> Address:
    known = {field.name for field in dataclasses.fields(Address)}
    values: dict[str, Any] = {key: tuple(said) if key == "lines" else said for key, said in stored.items()}
    return Address(**{key: said for key, said in values.items() if key in known})
