"""AfterShip's words in ours. Enums of theirs are open: what is new to us stays unknown, with its raw code."""

from __future__ import annotations

from ...events import Overlay, ParcelStatus

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)
_DELAYED: Meaning = (None, Overlay.DELAYED)
_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)

#: https://www.aftership.com/docs/tracking/enum/delivery-statuses
TAGS: dict[str, Meaning] = {
    "Pending": _INFO,
    "InfoReceived": (S.LABEL_CREATED, Overlay.NONE),
    "InTransit": (S.IN_TRANSIT, Overlay.NONE),
    "OutForDelivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "AttemptFail": (S.ATTEMPTED_DELIVERY, Overlay.NONE),
    "AvailableForPickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "Delivered": (S.DELIVERED, Overlay.NONE),
    "Exception": _EXCEPTION,
    # "No tracking information for 30 days": silence is not a failure.
    "Expired": _INFO,
}

#: Where a subtag says more than its tag. https://www.aftership.com/docs/tracking/enum/delivery-sub-statuses
SUBTAGS: dict[str, Meaning] = {
    "InTransit_002": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),  # "Acceptance scan"
    "Delivered_002": (S.COLLECTED, Overlay.NONE),  # "Picked up by the customer"
    "Exception_001": _EXCEPTION,
    "Exception_002": _EXCEPTION,  # "Customer moved"
    "Exception_003": _EXCEPTION,  # "Customer refused delivery"
    "Exception_004": _DELAYED,  # "Delayed (Customs clearance)"
    "Exception_005": _DELAYED,  # "Delayed (External factors)"
    "Exception_006": _DELAYED,  # "Held for payment"
    "Exception_007": _EXCEPTION,  # "Incorrect address"
    "Exception_008": _EXCEPTION,  # "Pick up missed"
    "Exception_009": _EXCEPTION,  # "Rejected by carrier"
    "Exception_010": (S.RETURNING, Overlay.NONE),  # "Returning to sender"
    "Exception_011": (S.RETURNED, Overlay.NONE),  # "Returned to sender"
    "Exception_012": _EXCEPTION,  # "Shipment damaged"
    "Exception_013": (S.LOST, Overlay.NONE),  # "Shipment lost"
    "Exception_016": _DELAYED,  # "Delayed (Processing issue)"
    "Exception_017": _DELAYED,  # "Delayed (Extreme weather)"
    "Exception_018": _DELAYED,  # "Incorrect / missing documents"
    "Exception_019": _DELAYED,  # "Late flight"
    "Exception_020": (S.CANCELLED, Overlay.NONE),
    "Exception_021": _EXCEPTION,  # "Disposed"
}

#: On the whole tracking, these say that the parcel goes back, whatever its last checkpoint is tagged.
GOES_BACK = frozenset({"Exception_010", "Exception_011"})
IS_BACK = "Exception_011"


def meaning(tag: str, subtag: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if subtag in SUBTAGS and subtag.partition("_")[0] == (tag or subtag.partition("_")[0]):
        return (*SUBTAGS[subtag], "subtag")
    if tag in TAGS:
        return (*TAGS[tag], "tag")
    if not tag and subtag.partition("_")[0] in TAGS:
        return (*TAGS[subtag.partition("_")[0]], "tag of the subtag")
    if tag or subtag:
        return S.UNKNOWN, Overlay.NONE, "unknown tag"
    return None, Overlay.NONE, "no tag"


#: AfterShip's courier slugs and ours.
CARRIERS: dict[str, str] = {
    "an-post": "an-post",
    "australia-post": "australia-post",
    "bpost": "bpost",
    "bpost-international": "bpost",
    "canada-post": "canada-post",
    "chronopost-france": "chronopost",
    "colissimo": "colissimo",
    "ctt-express": "ctt-express",
    "danmark-post": "postnord-dk",
    "deutsch-post": "deutsche-post",  # their spelling
    "dhl": "dhl-express",
    "dhl-germany": "dhl-paket",
    "dhl-global-mail": "dhl-ecommerce",
    "dpd": "dpd",
    "dpd-de": "dpd",
    "dpd-fr": "dpd",
    "dpd-uk": "dpd-uk",
    "fedex": "fedex",
    "gls": "gls",
    "hermes": "evri",
    "hermes-de": "hermes-de",
    "inpost-paczkomaty": "inpost",
    "la-poste-colissimo": "colissimo",
    "mondial-relay": "mondial-relay",
    "myhermes-uk": "evri",
    "ontrac": "ontrac",
    "parcel-force": "parcelforce",
    "portugal-ctt": "ctt",
    "poste-italiane": "poste-italiane",
    "poste-italiane-paccocelere": "poste-italiane",
    "postnl": "postnl",
    "postnl-3s": "postnl",
    "postnl-international": "postnl",
    "postnord": "postnord-se",
    "purolator": "purolator",
    "royal-mail": "royal-mail",
    "seur-es": "seur",
    "spain-correos-es": "correos",
    "swiss-post": "swiss-post",
    "ups": "ups",
    "usps": "usps",
    "yodel": "yodel",
}
