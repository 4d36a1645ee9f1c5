"""TrackingMore's words in ours. What is new to us stays unknown, with its raw code."""

from __future__ import annotations

from ...events import Overlay, ParcelStatus, Reason
from ..base import in_our_slugs

S = ParcelStatus

Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)

_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)

_UNSAID: Meaning = (S.UNKNOWN, Overlay.NONE)

STATUSES: dict[str, Meaning] = {
    "pending": _INFO,
    "notfound": _INFO,
    "inforeceived": (S.LABEL_CREATED, Overlay.NONE),
    "transit": (S.IN_TRANSIT, Overlay.NONE),
    # "Out for delivery or arrived at local facility": two things that a customer must not mistake for each other.
    "pickup": _UNSAID,
    "delivered": (S.DELIVERED, Overlay.NONE),
    "undelivered": (S.ATTEMPTED_DELIVERY, Overlay.NONE),
    "exception": _EXCEPTION,
    "expired": _INFO,  # thirty or sixty days without news: silence is no failure
}

#: Where a sub-status says more. Its numbers for returns are the other way round than AfterShip's.
SUBSTATUSES: dict[str, Meaning] = {
    "notfound001": (S.LABEL_CREATED, Overlay.NONE),  # "the package is about to be picked up"
    "inforeceived001": (S.LABEL_CREATED, Overlay.NONE),
    "pickup001": (S.OUT_FOR_DELIVERY, Overlay.NONE),  # "out for delivery"
    "pickup002": (S.READY_FOR_PICKUP, Overlay.NONE),  # "ready for collection"
    "pickup003": (S.OUT_FOR_DELIVERY, Overlay.NONE),  # "the customer is contacted before the final delivery"
    "delivered002": (S.COLLECTED, Overlay.NONE),  # "picked up by the addressee"
    "undelivered001": (S.ATTEMPTED_DELIVERY, Overlay.EXCEPTION),  # "address-related issues"
    "undelivered003": (S.ATTEMPTED_DELIVERY, Overlay.EXCEPTION),  # "impossible to locate the addressee"
    "exception008": (S.CANCELLED, Overlay.NONE),
    "exception010": (S.RETURNED, Overlay.NONE),  # "has been returned to sender"
    "exception011": (S.RETURNING, Overlay.NONE),  # "is being sent to sender"
}

#: Why. "Lost or damaged" (007) is two things: it tells neither.
REASONS: dict[str, Reason] = {
    "undelivered001": Reason.ADDRESS,
    "undelivered002": Reason.ABSENT,  # "receiver not home"
    "undelivered003": Reason.ADDRESS,
    "exception004": Reason.MISSED_PICKUP,  # "the package is unclaimed"
    "exception006": Reason.CUSTOMS,  # "detained by customs"
    "exception009": Reason.REFUSED,
}

#: As far as they are known: its documents and SDKs show few, and its list (``/couriers/all``) is given to accounts alone.
CARRIERS = in_our_slugs(
    {
        "4px": "4PX",
        "an-post": "an-post",
        "australia-post": "australia-post",
        "bpost": "bpost",
        "brazil-correios": "Correios",
        "canada-post": "canada-post",
        "canpar": "Canpar",
        "china-post": "China Post",
        "colissimo": "colissimo",
        "correos-spain": "correos",
        "cyprus-post": "Cyprus Post",
        "deutsche-post": "deutsche-post",
        "dhl": "dhl-express",
        "dhl-germany": "dhl-paket",
        "dhlglobalmail": "dhl-ecommerce",
        "dpd": "dpd",
        "dpd-uk": "dpd-uk",
        "fedex": "fedex",
        "gls": "gls",
        "hermes-de": "hermes-de",
        "hermes-uk": "evri",
        "israel-post": "Israel Post",
        "japan-post": "Japan Post (EN)",
        "lasership": "Lasership",
        "mondialrelay": "mondial-relay",
        "new-zealand-post": "New Zealand Post",
        "ontrac": "ontrac",
        "parcel-force": "parcelforce",
        "portugal-ctt": "ctt",
        "poste-italiane": "poste-italiane",
        "postnl-parcels": "postnl",
        "purolator": "purolator",
        "royal-mail": "royal-mail",
        "sendle": "Sendle",
        "sf-express": "SF Express",
        "singapore-post": "Singapore Post",
        "swiss-post": "swiss-post",
        "tnt": "TNT",
        "ups": "ups",
        "usps": "usps",
        "yodel": "yodel",
        "yunexpress": "YunExpress",
    }
)

KNOWN = frozenset(CARRIERS.values())


def meaning(status: str, substatus: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    sub = _plain(substatus)
    if sub in SUBSTATUSES:
        return (*SUBSTATUSES[sub], "substatus")
    main = status or sub.rstrip("0123456789")
    if main in STATUSES:
        return (*STATUSES[main], "status")
    return (S.UNKNOWN, Overlay.NONE, "unknown status") if main else (*_INFO, "no status")


def reason(substatus: str) -> Reason:
    """Return why, as far as a sub-status tells."""
    return REASONS.get(_plain(substatus), Reason.NONE)


def _plain(substatus: str) -> str:
    # The documents write "not found001", the API "notfound001".
    return substatus.replace(" ", "").lower()
