"""What may stand in the body of a call of the push API: the words of ``events``, with limits and descriptions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from ...events import FulfillmentKind, OrderState, Overlay, ParcelStatus, PaymentState, Reason

#: No control characters: databases refuse some of them, and nobody can read the others. Notes may have line breaks.
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_SECURE = r"^(https://[^\s\x00-\x20\x7f]+)?$"
#: A key of the shop's stands in addresses: no slash and no space is in it, nor what an address ends or begins with.
KEY = r"^[A-Za-z0-9_:~@!$*+=-][A-Za-z0-9._:~@!$*+=-]*$"

Text = Annotated[str, StringConstraints(max_length=190, pattern=_PLAIN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=190, pattern=_PLAIN)]
LongText = Annotated[str, StringConstraints(max_length=500, pattern=_PLAIN)]
Link = Annotated[str, StringConstraints(max_length=1000, pattern=r"^((https?:/)?/[^\s\x00-\x20\x7f]*)?$")]
Key = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=KEY)]
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")]
Currency = Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")]
Language = Annotated[str, StringConstraints(max_length=15, pattern=r"^([A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,2})?$")]
Money = Annotated[Decimal, Field(ge=0, le=99_999_999, decimal_places=3)]
Quantity = Annotated[StrictInt, Field(ge=1, le=100_000)]


def _is_text(value: Any) -> Any:
    """Refuse numbers, which could be taken for seconds."""
    if value is not None and not isinstance(value, (str, dt.date)):
        raise ValueError("This is written as text, e.g. 2026-11-24T09:30:00+01:00.")
    return value


def _is_of_our_time(value: Any) -> Any:
    if not 1990 <= value.year <= 2200:
        raise ValueError("This is not of our time.")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_is_text), AfterValidator(_is_of_our_time)]
Day = Annotated[dt.date, BeforeValidator(_is_text), AfterValidator(_is_of_our_time)]


class Body(BaseModel):
    """What is misspelt is refused: it would be missing in silence."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class AddressBody(Body):
    """A postal address, ready to print line by line."""

    name: Text = ""
    lines: Annotated[list[Text], Field(max_length=10)] = []
    """Street and what belongs to it."""
    postcode: Annotated[Text, Field(max_length=20)] = ""
    city: Text = ""
    region: Text = ""
    country: Country = ""
    """ISO 3166-1 alpha-2."""
    country_name: Text = ""


class LineBody(Body):
    """One line of an order."""

    reference: Key
    """Your id of the line, unique in the order."""
    title: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_PLAIN)]
    quantity: Quantity
    details: LongText = ""
    """Variant, size, colour. Anyone with the link may see it: nothing personal."""
    sku: Text = ""
    image_url: Link = ""
    """Absolute, or a path on the shop's own origin."""
    url: Link = ""
    unit_price: Money | None = None
    total: Money | None = None
    is_physical: StrictBool = True
    """False: nothing to send (a download, a gift card by mail)."""
    personal_text: LongText = ""
    """Engraving, greeting: only the customer sees it."""


class ConsentBody(Body):
    """What the customer answered at checkout about messages on one channel: a ticked box, or one left open."""

    channel: Name
    """Alias in ORDER_STATUS["CHANNELS"]."""
    is_given: StrictBool
    topic: Text = ""
    """A milestone, "" for all."""
    recipient: Text = ""
    """"" for the contact's own address."""
    wording: Annotated[str, StringConstraints(max_length=2000, pattern=_LINES)] = ""
    """What stood beside the box, as it was shown."""
    version: Text = ""
    """Your own name for that text."""
    locale: Language = ""
    ip_address: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f:.]{0,45}$")] = ""
    """Only its network is kept: IPv4 /24, IPv6 /48."""
    happened_at: Moment | None = None
    """When it was answered; left out: when the order was placed."""


class ContactBody(Body):
    """Everything personal of an order but the free text of its lines."""

    name: Text = ""
    email: Annotated[
        str, StringConstraints(max_length=254, pattern=r"^([^\s@\x00-\x20\x7f]+@[^\s@\x00-\x20\x7f]+)?$")
    ] = ""
    phone: Annotated[str, StringConstraints(max_length=64, pattern=_PLAIN)] = ""
    """Best with the country's code, as in +33612345678."""
    shipping_address: AddressBody = AddressBody()
    billing_address: AddressBody = AddressBody()
    payment_summary: Text = ""
    """E.g. "Visa ending in 4242", ready to print."""
    customer_reference: Text = ""
    """Your id of a registered customer, "" for guests."""
    consents: Annotated[list[ConsentBody], Field(max_length=50)] = []


class ParcelBody(Body):
    """One parcel as you know it."""

    carrier: Text = ""
    """Its name as you spell it, or its short name in our catalogue."""
    tracking_number: Text = ""
    tracking_url: Annotated[str, StringConstraints(max_length=1000, pattern=_SECURE)] = ""
    """Left out: the carrier's own address, from our catalogue."""


class FulfilledLineBody(Body):
    """Some of one line."""

    line: Key
    """The line's reference."""
    quantity: Quantity


class FulfillmentBody(Body):
    """One act of sending: some quantities of some lines."""

    lines: Annotated[list[FulfilledLineBody], Field(max_length=500)] = []
    """Left out or empty: as it was told before; at first, all that no other fulfillment sends."""
    sent_at: Moment | None = None
    """Left out: when we first hear of it."""
    kind: FulfillmentKind = FulfillmentKind.SHIPPING
    parcels: Annotated[list[ParcelBody], Field(max_length=200)] | None = None
    """Left out: those stay that were told before."""
    is_cancelled: StrictBool = False
    notify_customer: StrictBool = True
    """False: nobody is told of this shipment."""
    status: ParcelStatus | None = None
    """Your own word on these parcels, e.g. delivered, where no carrier tells."""
    status_text: Text = ""
    """The same in your own spelling."""
    status_at: Moment | None = None


class NamedFulfillmentBody(FulfillmentBody):
    """A fulfillment that is told with its order."""

    reference: Key
    """Your id of the fulfillment, unique in the order."""


class OrderBody(Body):
    """The whole state of one order, as it is now."""

    number: Name
    """What the customer knows it by."""
    placed_at: Moment
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=500)]
    contact: ContactBody = ContactBody()
    fulfillments: Annotated[list[NamedFulfillmentBody], Field(max_length=200)] | None = None
    """Left out: those stay that were told before. An empty list takes them away."""
    state: OrderState = OrderState.OPEN
    state_text: Text = ""
    """Your own word for it, for staff."""
    payment: PaymentState = PaymentState.UNKNOWN
    currency: Currency = ""
    """ISO 4217."""
    items_total: Money | None = None
    shipping_total: Money | None = None
    tax_total: Money | None = None
    total: Money | None = None
    refunded_total: Money | None = None
    locale: Language = ""
    """The customer's language, BCP 47, as in fr or pt-BR."""
    country: Country = ""
    """Where it goes; left out: the shipping address's."""
    shipping_method: Text = ""
    tags: Annotated[list[Name], Field(max_length=50)] = []
    """Facets that messages on the page may be aimed at. Nothing personal."""
    expected_dispatch: Day | None = None
    handover: Text = ""
    """How a digital or collected order was handed over."""
    changed_at: Moment | None = None
    """When the order last changed with you. A state older than the one we have changes nothing. Left out: now."""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        _refuse_twins("lines", [line.reference for line in self.lines])
        _refuse_twins("fulfillments", [each.reference for each in self.fulfillments or ()])
        known = {line.reference for line in self.lines}
        for each in self.fulfillments or ():
            _refuse_strangers(each, known)
        return self


def _refuse_twins(where: str, references: list[str]) -> None:
    twin = next((one for one in references if references.count(one) > 1), None) if len(references) > 1 else None
    if twin is not None:
        raise ValueError(f"Two of {where} have the reference {twin!r}.")


def _refuse_strangers(fulfillment: FulfillmentBody, known: set[str]) -> None:
    for line in fulfillment.lines:
        if line.line not in known:
            raise ValueError(f"A fulfillment sends of line {line.line!r}, which the order does not have.")


class PlaceBody(Body):
    """A place, no finer than a city."""

    city: Text = ""
    region: Text = ""
    country: Country = ""


class EventBody(Body):
    """One thing that happened to a parcel."""

    id: Annotated[str, StringConstraints(max_length=120, pattern=_PLAIN)] = ""
    """Yours, so that the same event again is known. Left out: it is known by what it says."""
    status: ParcelStatus | None = None
    """Left out: it says something, and moves nothing."""
    happened_at: Moment
    overlay: Overlay = Overlay.NONE
    reason: Reason = Reason.NONE
    message: LongText = ""
    """The carrier's own words. Only the customer sees them."""
    code: Text = ""
    """The carrier's own code, untouched."""
    place: PlaceBody = PlaceBody()


class EstimateBody(Body):
    """When a parcel is expected."""

    earliest: Day
    latest: Day
    reason: LongText = ""
    """Why it moved."""


class EventsBody(Body):
    """What happened to one parcel. Histories are merged, never replaced."""

    events: Annotated[list[EventBody], Field(max_length=500)] = []
    estimate: EstimateBody | None = None
    next_step: LongText = ""
    """What the customer does next, in your words."""
    signed_by: Text = ""
    left_at: Text = ""
    pickup_place: LongText = ""
    """Name and address, with commas between."""
    pickup_hours: LongText = ""
    pickup_until: Day | None = None


class NoteBody(Body):
    """A note to the customer, on the order's page."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=5000, pattern=_LINES)]
    """Plain text; an empty line begins a paragraph."""
    is_public: StrictBool = False
    """True: anyone with the link sees it. False: identified customers only."""
    is_told: StrictBool = False
    """True: the customer is sent a message that there is a note, without its words."""
