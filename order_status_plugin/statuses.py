"""The words that a thing can be: closed lists, the same in code, database, settings and API. Imports nothing of ours."""

from __future__ import annotations

from enum import StrEnum


class ParcelStatus(StrEnum):
    """Where one parcel is. What a source says and we cannot map stays ``UNKNOWN``, with the source's own words."""

    CONFIRMED = "confirmed"
    LABEL_CREATED = "label_created"
    PICKED_UP_BY_CARRIER = "picked_up_by_carrier"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED_DELIVERY = "attempted_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    COLLECTED = "collected"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Overlay(StrEnum):
    """What is wrong beside the status, never instead of it."""

    NONE = ""
    DELAYED = "delayed"
    EXCEPTION = "exception"


class Reason(StrEnum):
    """Why a parcel is late, stopped or was not handed over, where a source's code tells it: never guessed from text."""

    NONE = ""
    ABSENT = "absent"  # nobody was there to take it
    ADDRESS = "address"  # wrong, incomplete, not found, moved away
    CAPACITY = "capacity"  # too much to carry, sorted late, misrouted, a missed connection
    CUSTOMS = "customs"
    DAMAGED = "damaged"
    DOCUMENTS = "documents"  # papers are wrong or missing
    MISSED_PICKUP = "missed_pickup"  # it waited, and nobody came for it
    OTHER = "other"  # the source says that there is a reason, and not which
    PAYMENT = "payment"  # duty, a fee or cash on delivery is open
    REFUSED = "refused"
    SECURITY = "security"  # held for an inspection
    WEATHER = "weather"


class Headline(StrEnum):
    """The one word for a whole order. Five of them are the product's promise; the rest say what else can be true."""

    CONFIRMED = "confirmed"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED_DELIVERY = "attempted_delivery"
    DELIVERED = "delivered"
    DELIVERED_IN_PART = "delivered_in_part"
    SENT = "sent"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class OrderState(StrEnum):
    """What the host says of the order as a whole."""

    OPEN = "open"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class PaymentState(StrEnum):
    """What the host says of the money."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    AUTHORIZED = "authorized"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"


class FulfillmentKind(StrEnum):
    """How the items reach the customer."""

    SHIPPING = "shipping"
    PICKUP = "pickup"
    DIGITAL = "digital"


class Precision(StrEnum):
    """How exactly a source knew the time of an event."""

    INSTANT = "instant"
    MINUTE = "minute"
    DATE = "date"


class PlacePrecision(StrEnum):
    """How exactly we know where a place is. Nothing finer than a city is ever kept."""

    CITY = "city"
    REGION = "region"
    COUNTRY = "country"


class Tier(StrEnum):
    """What a viewer may see."""

    PUBLIC = "public"
    PRIVATE = "private"
    STAFF = "staff"


class Milestone(StrEnum):
    """A change that a customer cares about: what messages hang on."""

    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED_DELIVERY = "attempted_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    ESTIMATE_MOVED = "estimate_moved"
    EXCEPTION = "exception"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    NOTE = "note"
    STALLED = "stalled"


class Medium(StrEnum):
    """What carries a message: each has texts of its own."""

    MAIL = "mail"
    SMS = "sms"
    PUSH = "push"
    WALLET = "wallet"


class Delivery(StrEnum):
    """What a provider says became of a message that it took."""

    DELIVERED = "delivered"
    FAILED = "failed"  # this one did not arrive; the next one may
    BOUNCED = "bounced"  # nobody is reached there, and never will be
    COMPLAINED = "complained"  # the recipient called it spam
    OPTED_OUT = "opted_out"  # the recipient stopped the sender at the provider


class Word(StrEnum):
    """What a customer's answer to a message means."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    OTHER = "other"
