"""The person behind an order, as channels and mails know them: read at the moment of use, kept nowhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ..events import Address, ContactSnapshot
from ..tracking.models import OrderContact


def person(order_id: int) -> ContactSnapshot | None:
    """Return the order's contact as its host has it now, or None where there is none (any more)."""
    contact = OrderContact.objects.filter(order_id=order_id).first()
    return None if contact is None else _snapshot(contact)


def addressee(order_id: int) -> ContactSnapshot | None:
    """Return whom news of the order goes to: the host's contact with what staff corrected.

    What proves who somebody is (a code, links that were asked for) goes to :func:`person`, so that a corrected address
    opens nothing.
    """
    contact = OrderContact.objects.filter(order_id=order_id).select_related("order__corrected_contact").first()
    if contact is None:
        return None
    said = _snapshot(contact)
    corrected = getattr(contact.order, "corrected_contact", None)
    if corrected is None:
        return said
    return dataclasses.replace(said, email=corrected.email or said.email, phone=corrected.phone or said.phone)


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
