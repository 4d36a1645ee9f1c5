"""The words of the house: what happened, said once, in types that know no framework and no shop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

# Said here once more, so that one import has the whole vocabulary.
# isort: off
from .statuses import (
    Delivery as Delivery,
    FulfillmentKind as FulfillmentKind,
    Headline as Headline,
    Medium as Medium,
    Milestone as Milestone,
    OrderState as OrderState,
    Overlay as Overlay,
    ParcelStatus as ParcelStatus,
    PaymentState as PaymentState,
    PlacePrecision as PlacePrecision,
    Precision as Precision,
    Reason as Reason,
    Tier as Tier,
    Word as Word,
)
# isort: on


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A provider's word on one message that it took."""

    provider_id: str  # as in the receipt
    key: str = ""  # of the message, where the provider hands it back: it also finds one whose receipt we never saw
    delivery: Delivery
    happened_at: dt.datetime | None = None  # aware; None: when we hear of it
    recipient: str = ""  # as the channel understands it, where the provider says it
    detail: str = ""  # its own code and words, for staff


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerWord:
    """A customer's answer to a message, e.g. STOP. What else they wrote is not kept."""

    sender: str  # as the channel's ``recipient`` spells it
    word: Word
    happened_at: dt.datetime | None = None  # aware; None: when we hear of it


#: The names of Shopify's ``FulfillmentEventStatus`` for ours; None where it has none.
TO_SHOPIFY: dict[ParcelStatus, str | None] = {
    ParcelStatus.CONFIRMED: "CONFIRMED",
    ParcelStatus.LABEL_CREATED: "LABEL_PRINTED",
    ParcelStatus.PICKED_UP_BY_CARRIER: "CARRIER_PICKED_UP",
    ParcelStatus.IN_TRANSIT: "IN_TRANSIT",
    ParcelStatus.OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY",
    ParcelStatus.ATTEMPTED_DELIVERY: "ATTEMPTED_DELIVERY",
    ParcelStatus.READY_FOR_PICKUP: "READY_FOR_PICKUP",
    ParcelStatus.DELIVERED: "DELIVERED",
    ParcelStatus.COLLECTED: "PICKED_UP",
    ParcelStatus.RETURNING: "RETURNING_TO_SENDER",
    ParcelStatus.RETURNED: "FAILURE",
    ParcelStatus.LOST: "FAILURE",
    ParcelStatus.CANCELLED: "FAILURE",
    ParcelStatus.UNKNOWN: None,
}

#: Our status (and overlay) for each name of Shopify's.
FROM_SHOPIFY: dict[str, tuple[ParcelStatus | None, Overlay]] = {
    "CONFIRMED": (ParcelStatus.CONFIRMED, Overlay.NONE),
    "LABEL_PURCHASED": (ParcelStatus.LABEL_CREATED, Overlay.NONE),
    "LABEL_PRINTED": (ParcelStatus.LABEL_CREATED, Overlay.NONE),
    "CARRIER_PICKED_UP": (ParcelStatus.PICKED_UP_BY_CARRIER, Overlay.NONE),
    "IN_TRANSIT": (ParcelStatus.IN_TRANSIT, Overlay.NONE),
    "OUT_FOR_DELIVERY": (ParcelStatus.OUT_FOR_DELIVERY, Overlay.NONE),
    "ATTEMPTED_DELIVERY": (ParcelStatus.ATTEMPTED_DELIVERY, Overlay.NONE),
    "READY_FOR_PICKUP": (ParcelStatus.READY_FOR_PICKUP, Overlay.NONE),
    "READY_FOR_RECIPIENT_PICKUP": (ParcelStatus.READY_FOR_PICKUP, Overlay.NONE),
    "DELIVERED": (ParcelStatus.DELIVERED, Overlay.NONE),
    "PICKED_UP": (ParcelStatus.COLLECTED, Overlay.NONE),
    "RETURNING_TO_SENDER": (ParcelStatus.RETURNING, Overlay.NONE),
    "DELAYED": (None, Overlay.DELAYED),
    "BUYER_ACTION_REQUIRED": (None, Overlay.EXCEPTION),
    "FAILURE": (None, Overlay.EXCEPTION),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as a source named it. City level at the finest: a street never enters here."""

    text: str = ""  # the source's own spelling, whole
    city: str = ""
    region: str = ""  # state or province, as given
    postcode: str = ""
    country: str = ""  # ISO 3166-1 alpha-2 in upper case, or ""
    latitude: float | None = None  # degrees, WGS 84
    longitude: float | None = None

    def __bool__(self) -> bool:
        """Say whether anything at all is known."""
        return bool(self.text or self.city or self.region or self.postcode or self.country or self.latitude is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where a place is on the map, as well as we know."""

    latitude: float  # degrees, WGS 84
    longitude: float
    name: str  # of the city, region or country, as people know it
    region: str
    country: str  # ISO 3166-1 alpha-2
    precision: PlacePrecision
    zone: str  # IANA name of its time zone, "" where it is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingScan:
    """One thing that happened to a parcel, as a source told it."""

    status: ParcelStatus | None  # None: it says something, but moves nothing
    local_time: dt.datetime  # naive: the clock on the wall of the place
    utc_offset: int | None = None  # minutes east of UTC, None when the source does not say
    precision: Precision = Precision.INSTANT
    overlay: Overlay = Overlay.NONE
    reason: Reason = Reason.NONE  # why: beside an overlay, an attempt or a return
    source_id: str = ""  # the source's own id or hash of this event, "" when it has none
    raw_code: str = ""  # the source's code, untouched
    message: str = ""  # the source's words, untouched
    rule: str = ""  # which rule of the adapter mapped it: the answer to "why"
    place: Place = field(default_factory=Place)
    sequence: int = 0  # the source's own order, ascending; never a position in a list


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryWindow:
    """When a parcel is expected. Dates stay dates; hours are local to the place of delivery."""

    earliest: dt.date | dt.datetime
    latest: dt.date | dt.datetime  # equal to ``earliest`` for a single day or instant
    stated_at: dt.datetime  # aware: when the source said so
    reason: str = ""  # why it moved: the value of a Reason where a code tells it, else the source's words


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingUpdate:
    """All that one message of a source says about one parcel. Histories are merged, never replaced."""

    tracking_number: str
    carrier: str = ""  # slug of our catalogue, "" when the source does not name the carrier
    carrier_text: str = ""  # as the source spells it
    scans: tuple[TrackingScan, ...] = ()
    window: DeliveryWindow | None = None
    next_step: str = ""  # what the source asks the customer to do, in its words
    signed_by: str = ""  # personal: private tier only
    left_at: str = ""  # where it was left, e.g. "Front porch". Personal: private tier only
    proof_url: str = ""  # https address of the proof of delivery (picture, signature). Personal: private tier only
    pickup_place: str = ""  # name and address, comma separated. Personal: private tier only
    pickup_hours: str = ""  # opening hours in the source's words, a line each. Private tier only
    pickup_until: dt.date | None = None
    handed_to: str = ""  # the carrier that brings it the last way, as the source spells it
    handed_number: str = ""  # its tracking number there. Private tier only
    estimate_ends: bool = False  # the source took its estimate back


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedParcel:
    """A parcel that a source is asked about: nothing of it is personal."""

    tracking_number: str  # as the host wrote it
    carrier: str  # slug of our catalogue
    sent_at: dt.datetime  # aware
    country: str = ""  # of the destination, ISO 3166-1 alpha-2
    language: str = ""  # of the order, BCP 47, for sources that answer in several


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """A source says that something happened to a parcel, in a way that anyone could imitate: it must be asked."""

    tracking_number: str
    carrier: str = ""  # slug of our catalogue, "" when the source does not name the carrier
    carrier_text: str = ""  # as the source spells it


@dataclass(frozen=True, slots=True)
class OrderNudge:
    """A shop says that something about an order changed: it must be read."""

    reference: str  # the host's own key


@dataclass(frozen=True, slots=True)
class HostLeft:
    """A shop in which we were installed took us out: what we may do there has ended."""

    key: str  # of the installation that ended, in the shop's words


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address, ready to print line by line."""

    name: str = ""
    lines: tuple[str, ...] = ()  # street and what belongs to it
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""  # ISO 3166-1 alpha-2 in upper case, or ""
    country_name: str = ""  # in the host's words

    def __bool__(self) -> bool:
        """Say whether there is anything to print."""
        return bool(self.name or self.lines or self.postcode or self.city or self.country)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSnapshot:
    """One line of an order."""

    reference: str  # the host's id of the line, unique in the order
    title: str
    quantity: int
    details: str = ""  # variant, size, colour: nothing personal
    sku: str = ""
    image_url: str = ""  # absolute, or a path on the shop's own origin
    url: str = ""
    unit_price: Decimal | None = None  # in the order's currency, as the customer was shown it
    total: Decimal | None = None
    is_physical: bool = True  # False: nothing to send (download, gift card by mail)
    personal_text: str = ""  # engraving, greeting: kept with the contact, private tier only


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A product that the shop would like its customer to see. Anybody with the order's link may see it, too."""

    title: str
    url: str  # absolute, or a path on the shop's own origin
    image_url: str = ""  # absolute, or a path on the shop's own origin
    price_text: str = ""  # ready to print, in the language that is active; "" where there is no one price


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelSnapshot:
    """One parcel as the host knows it."""

    carrier_text: str = ""  # as the host spells it; the catalogue finds the slug
    carrier: str = ""  # slug, when the host is sure
    tracking_number: str = ""
    tracking_url: str = ""  # only when the host gives one; ours comes from the catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentSnapshot:
    """One act of sending: some quantities of some lines."""

    reference: str  # the host's id, unique in the order
    lines: tuple[tuple[str, int], ...]  # (line reference, quantity)
    sent_at: dt.datetime | None  # aware; None: the host does not say, so it is when we first hear of it
    kind: FulfillmentKind = FulfillmentKind.SHIPPING
    parcels: tuple[ParcelSnapshot, ...] = ()
    is_cancelled: bool = False
    notify_customer: bool = True
    host_status: ParcelStatus | None = None  # the host's own word on these parcels, e.g. delivered
    host_status_text: str = ""  # the same in the host's spelling
    host_status_at: dt.datetime | None = None  # aware; None: when we first hear of it


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSnapshot:
    """What the customer answered at checkout about messages on one channel: a ticked box, or one left open."""

    channel: str  # alias in ORDER_STATUS["CHANNELS"]
    is_given: bool
    topic: str = ""  # a Milestone, "" for all
    recipient: str = ""  # as the channel spells it; "" for the contact's own
    wording: str = ""  # what stood beside the box, as it was shown
    version: str = ""  # the shop's own name for that text
    locale: str = ""  # BCP 47, "" for the order's
    ip_address: str = ""  # only its network is kept: IPv4 /24, IPv6 /48
    happened_at: dt.datetime | None = None  # aware; None: when the order was placed


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSnapshot:
    """Everything personal of an order but the free text of its lines."""

    name: str = ""
    email: str = ""
    phone: str = ""
    shipping_address: Address = field(default_factory=Address)
    billing_address: Address = field(default_factory=Address)
    payment_summary: str = ""  # e.g. "Visa ending in 4242", ready to print
    customer_reference: str = ""  # the host's id of a registered customer, "" for guests
    consents: tuple[ConsentSnapshot, ...] = ()  # what was answered about messages, if it was asked


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSnapshot:
    """A note that the host's staff wrote for the customer to read. A host's internal notes never become one."""

    reference: str  # the host's id, unique in the order
    text: str  # plain; its lines are kept
    written_at: dt.datetime  # aware


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """The whole state of one order, as the host reads it now."""

    reference: str  # the host's own key, stable for ever
    number: str  # what the customer knows it by
    placed_at: dt.datetime  # aware
    lines: tuple[LineSnapshot, ...]
    contact: ContactSnapshot
    fulfillments: tuple[FulfillmentSnapshot, ...] = ()
    state: OrderState = OrderState.OPEN
    state_text: str = ""  # the host's word, shown when our mapping does not know it
    payment: PaymentState = PaymentState.UNKNOWN
    currency: str = ""  # ISO 4217
    items_total: Decimal | None = None
    shipping_total: Decimal | None = None
    tax_total: Decimal | None = None
    total: Decimal | None = None
    refunded_total: Decimal | None = None
    locale: str = ""  # BCP 47 as Django spells it, "" when the host does not know
    site_id: int | None = None  # pk of the Wagtail Site, None for the default one
    country: str = ""  # of the destination, ISO 3166-1 alpha-2
    shipping_method: str = ""
    tags: tuple[str, ...] = ()
    expected_dispatch: dt.date | None = None
    handover: str = ""  # how a digital or collected order was handed over, in the host's words
    notes: tuple[NoteSnapshot, ...] | None = None  # to the customer; None: the host keeps none
    changed_at: dt.datetime | None = None  # aware: when the host last changed it; None: now


@dataclass(frozen=True, slots=True)
class OrderChange:
    """A shop that we cannot ask tells a part of an order: what the whole is now follows from what it was."""

    reference: str  # the host's own key
    apply: Callable[
        [OrderSnapshot | None], OrderSnapshot
    ]  # None: an order that was never told. May raise UnreadableMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelNews:
    """A shop tells what happened to one parcel of one of its orders. Nobody else's parcel is meant."""

    reference: str  # the host's own key of the order
    fulfillment: str  # and of the fulfillment
    update: TrackingUpdate


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTold:
    """A shop writes to the customer of one of its orders."""

    reference: str  # the host's own key
    text: str  # HTML; it is cleaned
    author: str
    is_public: bool = False  # anyone with the link sees it
    is_told: bool = False  # the customer is sent a message that there is one
