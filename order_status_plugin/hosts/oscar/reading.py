"""Read one order of Oscar's whole: the same number of queries for one line and for five hundred."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError
from django.db.models import Prefetch
from django.urls import NoReverseMatch
from oscar.core.loading import get_model
from oscar.core.thumbnails import get_thumbnailer
from wagtail.models import Site

from ...events import Address, ContactSnapshot, LineSnapshot, OrderSnapshot, OrderState, PaymentState
from ...exceptions import TemporaryFailure, UnknownOrder
from . import announcing, words
from .sending import STATUS, Act, Ordered, ParseReference, Sendings
from .words import Words

logger = logging.getLogger(__name__)

_STATES = {
    words.COMPLETE: OrderState.COMPLETE,
    words.DELIVERED: OrderState.COMPLETE,
    words.COLLECTED: OrderState.COMPLETE,
    words.RETURNED: OrderState.COMPLETE,
    words.CANCELLED: OrderState.CANCELLED,
    words.REFUNDED: OrderState.REFUNDED,
}
#: An order that is complete was sent at the least; that it arrived is another word.
_SENT_BY = {words.SENT, words.COMPLETE, words.DELIVERED, words.COLLECTED, words.RETURNED}
_LATER = (words.DELIVERED, words.COLLECTED, words.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How the orders of one shop are read."""

    words: Words
    parse: ParseReference
    #: Size of the pictures of items, e.g. "240x240"; "" takes the originals.
    image_size: str = ""
    #: Codes of options whose text holds nothing personal (a size, a colour); other text stays private.
    public_options: Sequence[str] = ()
    #: Sites by domain, as long as this reader lives: a batch asks once.
    sites: dict[str, int | None] = field(default_factory=dict, compare=False)

    def read(self, reference: str) -> OrderSnapshot:
        """Return the snapshot of the order with this primary key. Raises UnknownOrder, TemporaryFailure."""
        try:
            order = _query().get(pk=reference)
        except (ObjectDoesNotExist, ValueError, TypeError):
            raise UnknownOrder(f"django-oscar has no order with the primary key {reference!r}.") from None
        except OperationalError as error:
            raise TemporaryFailure(f"django-oscar's database: {error}") from error
        return self._snapshot(order)

    def read_many(self, references: Sequence[str]) -> Iterator[tuple[str, OrderSnapshot | Exception]]:
        """Yield these orders, each with its snapshot or with why there is none."""
        try:
            found = {str(order.pk): order for order in _query().filter(pk__in=references)}
        except OperationalError as error:
            failed = TemporaryFailure(f"django-oscar's database: {error}")
            yield from ((reference, failed) for reference in references)
            return
        for reference in references:
            said: OrderSnapshot | Exception
            try:
                said = self._snapshot(found.pop(reference))
            except KeyError:
                said = UnknownOrder(f"django-oscar has no order with the primary key {reference!r}.")
            except Exception as error:  # noqa: BLE001 - one order that cannot be read stops no other
                said = error
            yield reference, said

    def _snapshot(self, order: Any) -> OrderSnapshot:
        word = self.words.meaning("order_statuses", order.status)
        sendings, unknown_act = self._sendings(order, word)
        shipping = order.shipping_address
        payment, refunded = self._payment(order)
        lines = order.lines.all()
        return OrderSnapshot(
            reference=str(order.pk),
            number=order.number,
            placed_at=order.date_placed,
            lines=tuple(self._line(order, line, sendings.cancelled[line.pk]) for line in lines),
            contact=self._contact(order),
            fulfillments=sendings.snapshots(),
            state=_STATES.get(word or "", OrderState.OPEN),
            state_text=order.status if word is None else unknown_act,
            payment=payment,
            currency=order.currency,
            items_total=sum((line.line_price_incl_tax for line in lines), Decimal(0)),
            shipping_total=order.shipping_incl_tax,
            tax_total=order.total_incl_tax - order.total_excl_tax,
            total=order.total_incl_tax,
            refunded_total=refunded or None,
            site_id=site_of(order, self.sites),
            country=(shipping.country_id or "") if shipping else "",
            shipping_method=order.shipping_method,
            changed_at=_changed_at(order, word),
        )

    # --- what was sent ------------------------------------------------------------------------------

    def _sendings(self, order: Any, word: str | None) -> tuple[Sendings, str]:
        """Apply the shipping events, then the statuses; return also an event type that we cannot read."""
        lines = order.lines.all()
        ordered = [
            Ordered(key=line.pk, quantity=line.quantity, is_physical=_is_physical(order, line)) for line in lines
        ]
        sendings = Sendings(ordered, self.parse)
        unknown = ""
        for act in self._acts(order):
            unknown = act.name if act.word is None and not sendings else unknown
            sendings.apply(act)
        at = _status_at(order)
        is_cancelled = word == words.CANCELLED
        by_line: dict[int, str | None] = {line.pk: self.words.meaning("line_statuses", line.status) for line in lines}
        if not is_cancelled:
            for act in _statuses(ordered, by_line, at, words.CANCELLED, (words.CANCELLED,)):
                sendings.apply(act)
        if not sendings:
            said = by_line | {line.key: words.SENT for line in ordered if line.is_physical and word in _SENT_BY}
            for act in _statuses(ordered, said, at, words.SENT, (words.SENT, *_LATER)):
                sendings.apply(act)
        for later in _LATER:
            said = by_line | {line.key: later for line in ordered if line.is_physical and word == later}
            for act in _statuses(ordered, said, at, later, (later,), name=order.status):
                sendings.apply(act)
        return sendings, "" if sendings else unknown

    def _acts(self, order: Any) -> Iterable[Act]:
        """Yield the shipping events in the order of time. One without lines is not finished yet."""
        for event in sorted(order.shipping_events.all(), key=lambda event: (event.date_created, event.pk)):
            if quantities := {row.line_id: row.quantity for row in event.line_quantities.all()}:
                notes, is_told = announcing.read(event.notes or "")  # forks make it nullable
                yield Act(
                    reference=str(event.pk),
                    word=self.words.meaning("shipping_event_types", event.event_type.name, event.event_type.code),
                    name=event.event_type.name,
                    at=event.date_created,
                    quantities=quantities,
                    notes=notes,
                    is_told=is_told,
                )

    # --- lines --------------------------------------------------------------------------------------

    def _line(self, order: Any, line: Any, cancelled: int) -> LineSnapshot:
        details: list[str] = []
        personal: list[str] = []
        for attribute in line.attributes.all():
            name = attribute.option.name if attribute.option else attribute.type
            value = attribute.value
            text = f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
            (details if self._is_public(attribute) else personal).append(text)
        if cancelled:
            details.append(line.status)
        return LineSnapshot(
            reference=str(line.pk),
            title=line.title,
            quantity=line.quantity - cancelled,
            details=", ".join(filter(None, details)),
            sku=line.partner_sku,
            image_url=self._image(line.product),
            url=_url(line.product),
            unit_price=line.unit_price_incl_tax,
            total=line.line_price_incl_tax,
            is_physical=_is_physical(order, line),
            personal_text="\n".join(personal),
        )

    def _is_public(self, attribute: Any) -> bool:
        """Say whether an option's value comes out of the shop's own list, or is declared to hold nothing personal."""
        option = attribute.option
        return option is not None and (option.option_group_id is not None or option.code in self.public_options)

    def _image(self, product: Any) -> str:
        images: list[Any] = []
        while product is not None and not images:
            images = list(product.images.all())
            product = product.parent
        if not images:
            return ""
        original = images[0].original
        try:
            if self.image_size:
                return str(get_thumbnailer().generate_thumbnail(original, size=self.image_size, upscale=False).url)
            return str(original.url)
        except Exception:
            # A lost file or a storage that is down costs the picture, not the page.
            logger.warning("no picture of order item: %s", original, exc_info=True)
            return ""

    # --- money and people ---------------------------------------------------------------------------

    def _payment(self, order: Any) -> tuple[PaymentState, Decimal]:
        """Return the state of the money and what was paid back."""
        sums = dict.fromkeys((words.PAID, words.AUTHORIZED, words.PENDING, words.REFUNDED, words.FAILED), Decimal(0))
        last = ""
        for event in sorted(order.payment_events.all(), key=lambda event: (event.date_created, event.pk)):
            word = self.words.meaning("payment_event_types", event.event_type.name, event.event_type.code)
            if word in sums:
                last = word
                sums[word] += event.amount
        sources = order.sources.all()
        # Sources and events tell of the same money twice: the greater sum stands.
        refunded = max(sums[words.REFUNDED], sum((one.amount_refunded for one in sources), Decimal(0)))
        paid = max(sums[words.PAID], sum((one.amount_debited for one in sources), Decimal(0)))
        allocated = max(sums[words.AUTHORIZED], sum((one.amount_allocated for one in sources), Decimal(0)))
        total = order.total_incl_tax
        if refunded > 0:
            return (PaymentState.REFUNDED if refunded >= total else PaymentState.PARTLY_REFUNDED), refunded
        if paid >= total:
            return PaymentState.PAID, refunded
        if last == words.FAILED:
            return PaymentState.FAILED, refunded
        if allocated > 0:
            return PaymentState.AUTHORIZED, refunded
        is_awaited = paid > 0 or last == words.PENDING
        return (PaymentState.PENDING if is_awaited else PaymentState.UNKNOWN), refunded

    def _contact(self, order: Any) -> ContactSnapshot:
        shipping, billing = order.shipping_address, order.billing_address
        phone = getattr(shipping, "phone_number", "") or ""
        return ContactSnapshot(
            name=next(filter(None, (one.name for one in (shipping, billing) if one)), "") or _user_name(order.user),
            email=order.email or "",
            phone=getattr(phone, "as_e164", None) or str(phone),
            shipping_address=_address(shipping),
            billing_address=_address(billing),
            payment_summary=", ".join(dict.fromkeys(_source_text(source) for source in order.sources.all())),
            customer_reference=str(order.user_id or ""),
        )


def _query() -> Any:
    """Return the query for one order and all that hangs on it."""
    lines = get_model("order", "Line")._default_manager.select_related(
        "product__product_class", "product__parent__product_class"
    )
    events = get_model("order", "ShippingEvent")._default_manager.select_related("event_type")
    payments = get_model("order", "PaymentEvent")._default_manager.select_related("event_type")
    sources = get_model("payment", "Source")._default_manager.select_related("source_type")
    return (
        get_model("order", "Order")
        ._default_manager.select_related("user", "site", "shipping_address__country", "billing_address__country")
        .prefetch_related(
            Prefetch("lines", lines.order_by("pk")),
            "lines__attributes__option",
            "lines__product__images",
            "lines__product__parent__images",
            Prefetch("shipping_events", events),
            "shipping_events__line_quantities",
            Prefetch("payment_events", payments),
            Prefetch("sources", sources),
            "sources__transactions",
            "status_changes",
        )
    )


def _statuses(
    ordered: Sequence[Ordered],
    by_line: dict[int, str | None],
    at: dt.datetime | None,
    word: str,
    said: Sequence[str],
    name: str = "",
) -> Iterable[Act]:
    """Yield the act that the statuses of lines amount to, if any."""
    if quantities := {line.key: line.quantity for line in ordered if by_line.get(line.key) in said}:
        yield Act(reference=STATUS, word=word, name=name, at=at, quantities=quantities)


def _last_change(order: Any) -> Any:
    """Return the latest row that tells how the present status came about. Oscar writes it after its signal."""
    changes = sorted(order.status_changes.all(), key=lambda change: (change.date_created, change.pk))
    return changes[-1] if changes and changes[-1].new_status == order.status else None


def _status_at(order: Any) -> dt.datetime | None:
    change = _last_change(order)
    return change.date_created if change else None


def _changed_at(order: Any, word: str | None) -> dt.datetime | None:
    """Return when the shop last changed the order, None when it does not say (a status set without a row)."""
    if word != words.OPEN and _last_change(order) is None:
        return None
    moments: list[dt.datetime] = [order.date_placed]
    for rows in (order.status_changes, order.shipping_events, order.payment_events):
        moments += [row.date_created for row in rows.all()]
    moments += [transaction.date_created for source in order.sources.all() for transaction in source.transactions.all()]
    return max(moments)


def _is_physical(order: Any, line: Any) -> bool:
    """Say whether a line travels. Where its product is gone, the order's address tells."""
    product = line.product
    product_class = product and (product.parent.product_class if product.parent_id else product.product_class)
    if product_class is None:
        return order.shipping_address_id is not None
    return bool(product_class.requires_shipping)


def _url(product: Any) -> str:
    if product is None or not product.is_public:
        return ""
    try:
        return str(product.get_absolute_url())
    except NoReverseMatch:
        return ""


def _address(address: Any) -> Address:
    if address is None:
        return Address()
    return Address(
        name=address.name,
        lines=tuple(filter(None, (address.line1, address.line2, address.line3))),
        postcode=address.postcode,
        city=address.line4,
        region=address.state,
        country=address.country_id or "",
        country_name=address.country.printable_name if address.country_id else "",
    )


def _user_name(user: Any) -> str:
    return str(user.get_full_name()) if user else ""


def _source_text(source: Any) -> str:
    """Return how it was paid, e.g. "Visa •••• 4242": never more of a card than its last four digits."""
    last = re.search(r"(\d{4})\s*$", source.label or "")
    return f"{source.source_type.name} •••• {last[1]}" if last else str(source.source_type.name)


def site_of(order: Any, known: dict[str, int | None]) -> int | None:
    """Return the Wagtail Site with the domain of Oscar's, None when there is none. ``known`` keeps what was found."""
    if order is None or order.site is None:
        return None
    domain = order.site.domain.partition(":")[0]
    if domain not in known:
        known[domain] = Site.objects.filter(hostname=domain).values_list("pk", flat=True).first()
    return known[domain]
