"""Read one order of Salesman's whole: the same number of queries for one item and for five hundred."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.db.models import Prefetch
from django.utils import translation
from salesman.core.utils import get_salesman_model

from ...carriers import catalogue
from ...events import (
    Address,
    ContactSnapshot,
    LineSnapshot,
    NoteSnapshot,
    OrderSnapshot,
    OrderState,
    ParcelSnapshot,
    PaymentState,
)
from ...exceptions import TemporaryFailure, UnknownOrder
from . import products, words
from .extra import Extra, ParseTracking, text
from .products import Product, Shelf
from .sending import Ordered, fulfillments
from .words import Words

ParseAddress = Callable[[str], Address]

#: Where one sentence of a note ends and the next begins.
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How the orders of one shop are read."""

    words: Words
    parse_tracking: ParseTracking
    parse_address: ParseAddress
    shelf: Shelf
    #: The shop's own names of our keys in ``extra``.
    names: Mapping[str, str]
    currency: str
    #: Labels of product models whose products are not sent.
    digital: Sequence[str]
    #: Keys of an item's extra that hold nothing personal (a size, a colour); all else stays private.
    public_extra: Sequence[str]
    #: Identifiers of the basket's modifiers that are the charge for shipping, and tax.
    shipping_rows: Sequence[str]
    tax_rows: Sequence[str]
    #: Whether a public note such as "Sent with UPS 1Z…" tells of a parcel.
    reads_notes: bool
    #: The Wagtail Site of all its orders, None for the default one.
    site: int | None

    def read(self, reference: str) -> OrderSnapshot:
        """Return the snapshot of the order with this primary key. Raises UnknownOrder, TemporaryFailure."""
        [(_reference, said)] = self.read_many([reference])
        if isinstance(said, Exception):
            raise said
        return said

    def read_many(self, references: Sequence[str]) -> Iterator[tuple[str, OrderSnapshot | Exception]]:
        """Yield these orders, each with its snapshot or with why there is none: the queries of one order."""
        try:
            orders = {str(order.pk): order for order in _query().filter(pk__in=_keys(references))}
            shelf = self.shelf.of([item for order in orders.values() for item in order.items.all()])
        except OperationalError as error:
            failed = TemporaryFailure(f"Salesman's database: {error}")
            yield from ((reference, failed) for reference in references)
            return
        for reference in references:
            said: OrderSnapshot | Exception
            order = orders.pop(reference, None)
            meaning = None if order is None else self.words.meaning(order.status)
            if order is None:
                said = UnknownOrder(f"Salesman has no order with the primary key {reference!r}.")
            elif meaning == words.UNPLACED:
                said = UnknownOrder(f"Salesman's order {reference!r} is not placed yet.")
            else:
                try:
                    said = self._snapshot(order, meaning, shelf)
                except Exception as error:  # noqa: BLE001 - one order that cannot be read stops no other
                    said = error
            yield reference, said

    def _snapshot(self, order: Any, meaning: str | None, shelf: Mapping[Product, Any]) -> OrderSnapshot:
        extra = Extra(order.extra, self.names)
        items, notes = list(order.items.all()), [note for note in order.notes.all() if note.public]
        payment, refunded = self._payment(order, meaning)
        shipping = self._address(order.shipping_address, extra.country)
        ordered = [
            Ordered(key=str(item.pk), code=item.code, quantity=item.quantity, is_physical=self._is_physical(item))
            for item in items
        ]
        entries = [*extra.entries(), *(entry for note in notes for entry in self._in_note(note.message))]
        return OrderSnapshot(
            reference=str(order.pk),
            number=order.ref,
            site_id=self.site,
            placed_at=order.date_created,
            lines=tuple(self._lines(items, shelf)),
            contact=self._contact(order, extra, shipping),
            fulfillments=fulfillments(
                ordered, entries, self.parse_tracking, meaning=meaning, text=order.status_display
            ),
            state=words.STATES.get(meaning or "", OrderState.OPEN),
            state_text=order.status_display if meaning is None else "",
            payment=payment,
            currency=extra.currency or self.currency,
            items_total=order.subtotal,
            shipping_total=_rows(order.extra_rows, self.shipping_rows),
            tax_total=_rows(order.extra_rows, self.tax_rows),
            total=order.total,
            refunded_total=refunded or None,
            locale=_language(extra.text("language")),
            country=shipping.country,
            shipping_method=extra.text("shipping_method"),
            expected_dispatch=extra.expected_dispatch,
            notes=tuple(
                NoteSnapshot(reference=str(note.pk), text=note.message, written_at=note.date_created) for note in notes
            ),
            changed_at=max(
                [order.date_updated, *(row.date_created for row in (*order.payments.all(), *notes))],
            ),
        )

    def _in_note(self, message: str) -> Iterable[dict[str, str]]:
        """Yield the parcels that a public note names, with a carrier that we know: other numbers are other things."""
        lines = _SENTENCE.sub("\n", message)
        found: Iterable[ParcelSnapshot] = self.parse_tracking(lines) if self.reads_notes else ()
        for parcel in found:
            if parcel.tracking_number and catalogue.find(parcel.carrier_text):
                yield {
                    "number": parcel.tracking_number,
                    "carrier": parcel.carrier_text,
                    "url": parcel.tracking_url,
                }

    # --- items --------------------------------------------------------------------------------------

    def _lines(self, items: Sequence[Any], shelf: Mapping[Product, Any]) -> Iterable[LineSnapshot]:
        for item in items:
            product = shelf.get((item.product_content_type_id, item.product_id))
            details: list[str] = []
            personal: list[str] = []
            # PostgreSQL keeps no order of keys.
            for key, value in sorted((item.extra or {}).items()):
                said = ", ".join(filter(None, map(text, value))) if isinstance(value, list) else text(value)
                if said:
                    line = f"{key.replace('_', ' ').capitalize()}: {said}"
                    (details if key in self.public_extra else personal).append(line)
            yield LineSnapshot(
                reference=str(item.pk),
                title=item.name,
                quantity=item.quantity,
                details=", ".join(details),
                sku=item.code,
                image_url=self.shelf.picture(product, item.product_data),
                url=products.page(product) if product is not None else "",
                unit_price=item.unit_price,
                total=item.total,
                is_physical=self._is_physical(item),
                personal_text="\n".join(personal),
            )

    def _is_physical(self, item: Any) -> bool:
        return item.product_type not in self.digital

    # --- money and people ---------------------------------------------------------------------------

    def _payment(self, order: Any, meaning: str | None) -> tuple[PaymentState, Decimal]:
        """Return the state of the money and what was paid back. A payment below zero is money paid back."""
        amounts = [payment.amount for payment in order.payments.all()]
        paid = sum((amount for amount in amounts if amount > 0), Decimal(0))
        refunded = -sum((amount for amount in amounts if amount < 0), Decimal(0))
        if meaning == words.REFUNDED:
            return PaymentState.REFUNDED, refunded or paid
        if refunded > 0:
            return (PaymentState.REFUNDED if refunded >= paid else PaymentState.PARTLY_REFUNDED), refunded
        if amounts and paid >= order.total:
            return PaymentState.PAID, refunded
        by_status = words.PAYMENTS.get(meaning or "")
        return by_status or (PaymentState.PENDING if paid > 0 else PaymentState.UNKNOWN), refunded

    def _contact(self, order: Any, extra: Extra, shipping: Address) -> ContactSnapshot:
        name = extra.text("name") or shipping.name or (order.user.get_full_name() if order.user else "")
        labels = (str(payment.payment_method_display) for payment in order.payments.all() if payment.amount > 0)
        return ContactSnapshot(
            name=name,
            email=order.email or (order.user.email if order.user else ""),
            phone=extra.text("phone"),
            shipping_address=shipping,
            billing_address=self._address(order.billing_address, ""),
            payment_summary=", ".join(filter(None, dict.fromkeys(labels))),
            customer_reference=str(order.user_id or ""),
        )

    def _address(self, written: str, country: str) -> Address:
        found = self.parse_address(written) if written.strip() else Address()
        return found if found.country or not country else replace(found, country=country)


def as_written(address: str) -> Address:
    """Return an address line by line, as the customer wrote it: which line is the city, nobody knows."""
    return Address(lines=tuple(line.strip() for line in address.splitlines() if line.strip()))


def _keys(references: Sequence[str]) -> list[Any]:
    """Return primary keys out of references; what cannot be one is left out."""
    field = get_salesman_model("Order")._meta.pk
    found = []
    for reference in references:
        with suppress(ValidationError):
            key = field.to_python(reference)
            field.run_validators(key)  # forty digits are no key either
            found.append(key)
    return found


def _query() -> Any:
    """Return the query for orders and all that hangs on them."""

    def rows(name: str) -> Any:
        return get_salesman_model(name)._default_manager.order_by("pk")

    return (
        get_salesman_model("Order")
        ._default_manager.select_related("user")
        .prefetch_related(
            Prefetch("items", rows("OrderItem")),
            Prefetch("payments", rows("OrderPayment")),
            Prefetch("notes", rows("OrderNote")),
        )
    )


def _rows(rows: Sequence[Any] | None, identifiers: Sequence[str]) -> Decimal | None:
    """Return the sum of the price rows of these modifiers, None where there is none."""
    amounts = [
        amount(row.get("amount"))
        for row in rows or ()
        if isinstance(row, Mapping) and row.get("modifier") in identifiers
    ]
    known = [found for found in amounts if found is not None]
    return sum(known, Decimal(0)) if known else None


def amount(printed: object) -> Decimal | None:
    """Return an amount out of how the shop prints it: Salesman keeps price rows as text, e.g. "€ 1.234,50"."""
    digits = re.sub(r"[^0-9.,-]", "", str(printed)).strip(".,")
    whole, separator, cents = max((digits.rpartition(mark) for mark in ".,"), key=lambda parts: len(parts[0]))
    # A separator before three digits is one of thousands.
    has_cents = bool(separator) and len(cents) != 3
    digits = re.sub("[.,]", "", whole if has_cents else digits) + (f".{cents}" if has_cents else "")
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def _language(told: str) -> str:
    """Return the language as the project spells it, "" for one that it does not speak."""
    try:
        return translation.get_supported_language_variant(told) if told else ""
    except LookupError:
        return ""
