"""17TRACK's words in ours. What is new to us stays unknown, with its raw code."""

from __future__ import annotations

from ...events import (
    Overlay,
    ParcelStatus,
    Reason,
)
from ..base import in_our_slugs

S = ParcelStatus

Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)

_DELAYED: Meaning = (None, Overlay.DELAYED)

_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)

_ATTEMPT: Meaning = (S.ATTEMPTED_DELIVERY, Overlay.NONE)

_ATTEMPT_IN_VAIN: Meaning = (S.ATTEMPTED_DELIVERY, Overlay.EXCEPTION)

STATUSES: dict[str, Meaning] = {
    "NotFound": _INFO,
    "InfoReceived": (S.LABEL_CREATED, Overlay.NONE),
    "InTransit": (S.IN_TRANSIT, Overlay.NONE),
    "Expired": _INFO,  # "in transit for a long time": silence is no failure
    "AvailableForPickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "OutForDelivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "DeliveryFailure": _ATTEMPT,
    "Delivered": (S.DELIVERED, Overlay.NONE),
    "Exception": _EXCEPTION,
}

SUBSTATUSES: dict[str, Meaning] = {
    "InTransit_PickedUp": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),
    "InTransit_CustomsRequiringInformation": (S.IN_TRANSIT, Overlay.DELAYED),
    "DeliveryFailure_Security": _ATTEMPT_IN_VAIN,
    "DeliveryFailure_Rejected": _ATTEMPT_IN_VAIN,
    "DeliveryFailure_InvalidAddress": _ATTEMPT_IN_VAIN,
    "Exception_Returning": (S.RETURNING, Overlay.NONE),
    "Exception_Returned": (S.RETURNED, Overlay.NONE),
    "Exception_Delayed": _DELAYED,
    "Exception_Lost": (S.LOST, Overlay.NONE),
    "Exception_Cancel": (S.CANCELLED, Overlay.NONE),
}

#: Why. "Security" is one word there for an inspection, a clearance and a fee: it tells none of them.
REASONS: dict[str, Reason] = {
    "InTransit_CustomsRequiringInformation": Reason.CUSTOMS,
    "DeliveryFailure_NoBody": Reason.ABSENT,
    "DeliveryFailure_Security": Reason.OTHER,
    "DeliveryFailure_Rejected": Reason.REFUSED,
    "DeliveryFailure_InvalidAddress": Reason.ADDRESS,
    "Exception_NoBody": Reason.ABSENT,
    "Exception_Security": Reason.OTHER,
    "Exception_Damage": Reason.DAMAGED,
    "Exception_Rejected": Reason.REFUSED,
}

#: ``stage`` of an event, for those that have no sub-status.
STAGES: dict[str, Meaning] = {
    "InfoReceived": (S.LABEL_CREATED, Overlay.NONE),
    "PickedUp": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),
    "Departure": (S.IN_TRANSIT, Overlay.NONE),
    "Arrival": (S.IN_TRANSIT, Overlay.NONE),
    "AvailableForPickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "OutForDelivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "Delivered": (S.DELIVERED, Overlay.NONE),
    "Returning": (S.RETURNING, Overlay.NONE),
    "Returned": (S.RETURNED, Overlay.NONE),
    "Exception": _EXCEPTION,
}

#: The keys of https://res.17track.net/asset/carrier/info/apicarrier.all.json, as public code that is generated from
#: it holds them (github.com/wksw/17track-golang-sdk).
CARRIERS = in_our_slugs(
    {
        "1151": "australia-post",
        "2061": "bpost",
        "2063": "BPost International",
        "2151": "Correios",
        "3011": "China Post",
        "3041": "canada-post",
        "3211": "Cyprus Post",
        "4011": "postnord-dk",
        "6051": "La Poste Colissimo",
        "7041": "dhl-paket",
        "7044": "deutsche-post",
        "7047": "dhl-ecommerce",
        "7048": "DHL eCommerce Asia",
        "9011": "Iceland Post",
        "9061": "Israel Post",
        "9071": "poste-italiane",
        "10021": "Japan Post (EN)",
        "11031": "royal-mail",
        "11033": "parcelforce",
        "12021": "Latvia Post",
        "14041": "postnl",
        "14061": "New Zealand Post",
        "16101": "ctt",
        "19131": "Singapore Post",
        "19181": "correos",
        "19241": "postnord-se",
        "19251": "swiss-post",
        "21051": "usps",
        "100001": "dhl-express",
        "100002": "ups",
        "100003": "fedex",
        "100004": "TNT",
        "100005": "gls",
        "100007": "dpd",
        "100010": "dpd-uk",
        "100016": "Asendia USA",
        "100017": "yodel",
        "100031": "hermes-de",
        "100036": "Pitney Bowes",
        "100040": "Sagawa (EN)",
        "100042": "purolator",
        "100043": "inpost",
        "100049": "ontrac",
        "100052": "Lasership",
        "100061": "TForce Final Mile",
        "100062": "Yamato (EN)",
        "100114": "ctt-express",
        "100121": "APC",
        "100123": "Sendle",
        "100132": "Packeta",
        "100137": "chronopost",
        "100146": "Canpar",
        "100159": "Whistl",
        "100190": "Qxpress",
        "100212": "Delnext",
        "100217": "United Delivery Service",
        "100218": "Venipak",
        "100221": "Estes",
        "100254": "XPO Logistics",
        "100263": "CDL Last Mile",
        "100304": "mondial-relay",
        "100308": "Amazon",
        "100309": "Amazon Logistics UK",
        "100331": "evri",
        "100335": "StarTrack",
        "100337": "Lone Star Overnight",
        "100438": "seur",
        "100484": "DX",
        "100493": "Coordinadora",
    }
)

KNOWN = frozenset(CARRIERS.values())


def meaning(status: str, sub: str, stage: str = "") -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if sub in SUBSTATUSES:
        return (*SUBSTATUSES[sub], "sub_status")
    main = sub.partition("_")[0] or status
    if main in STATUSES:
        return (*STATUSES[main], "status")
    if stage in STAGES and not sub:
        return (*STAGES[stage], "stage")
    if main or stage:
        return S.UNKNOWN, Overlay.NONE, "unknown status"
    return (*_INFO, "no status")
