"""AfterShip's words in ours. Enums of theirs are open: what is new to us stays unknown, with its raw code."""

from __future__ import annotations

from ...events import Overlay, ParcelStatus
from ..base import in_our_slugs

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
    "OutForDelivery_002": (S.READY_FOR_PICKUP, Overlay.NONE),  # "Available for pickup", before it had a tag of its own
    "OutForDelivery_004": _INFO,  # "Delivery appointment scheduled": no van has left
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


#: AfterShip's courier slugs and ours; of several for one carrier the first is the one that we ask for. Compared with
#: https://www.aftership.com/docs/tracking/others/supported-couriers and with the list in AfterShip's own plugin for
#: WooCommerce (github.com/AfterShip/aftership-apps-woocommerce, assets/js/couriers.json).
CARRIERS = in_our_slugs(
    {
        "4px": "4PX",
        "amazon": "Amazon",
        "amazon-logistics-uk": "Amazon Logistics UK",
        "an-post": "an-post",
        "apc": "APC",
        "asendia-usa": "Asendia USA",
        "australia-post": "australia-post",
        "bpost": "bpost",
        "bpost-international": "BPost International",
        "brazil-correios": "Correios",
        "canada-post": "canada-post",
        "canpar": "Canpar",
        "cdldelivers": "CDL Last Mile",
        "china-post": "China Post",
        "chronopost-france": "chronopost",
        "colissimo": "colissimo",
        "coordinadora": "Coordinadora",
        "cyprus-post": "Cyprus Post",
        "danmark-post": "postnord-dk",
        "delnext": "Delnext",
        "deutsch-post": "deutsche-post",  # their spelling
        "dhl": "dhl-express",
        "dhl-germany": "dhl-paket",
        "dhl-global-mail": "dhl-ecommerce",
        "dhl-global-mail-asia": "DHL eCommerce Asia",
        "dpd": "dpd",
        "dpd-de": "dpd",
        "dpd-fr": "dpd",
        "dpd-uk": "dpd-uk",
        "dx": "DX",
        "ec-firstclass": "Chukou1",
        "estes": "Estes",
        "fedex": "fedex",
        "gls": "gls",
        "hermes-de": "hermes-de",
        "inpost-paczkomaty": "inpost",
        "inpost-uk": "inpost",
        "interlink-express": "DPD Local",
        "israel-post": "Israel Post",
        "japan-post": "Japan Post (EN)",
        "la-poste-colissimo": "colissimo",
        "lasership": "Lasership",
        "lietuvos-pastas": "Lietuvos Paštas",
        "lonestar": "Lone Star Overnight",
        "mondialrelay": "mondial-relay",
        "mondialrelay-fr": "mondial-relay",
        "mondialrelay-es": "mondial-relay",
        "myhermes-uk": "evri",
        "ninjavan": "NinjaVan",
        "ontrac": "ontrac",
        "packeta": "Packeta",
        "parcel-force": "parcelforce",
        "pitney-bowes": "Pitney Bowes",
        "portugal-ctt": "ctt",
        "poste-italiane": "poste-italiane",
        "poste-italiane-paccocelere": "poste-italiane",
        "posten-norge": "postnord-no",
        "postnl": "postnl",
        "postnl-3s": "postnl",
        "postnl-international": "postnl",
        "postur-is": "Iceland Post",
        "purolator": "purolator",
        "qxpress": "Qxpress",
        "royal-mail": "royal-mail",
        "sagawa": "Sagawa (EN)",
        "sendle": "Sendle",
        "sf-express": "SF Express",
        "sfcservice": "SFC Fulfillment",
        "singapore-post": "Singapore Post",
        "spain-correos-es": "correos",
        "spanish-seur": "seur",
        "star-track": "StarTrack",
        "sweden-posten": "postnord-se",
        "swiss-post": "swiss-post",
        "taqbin-jp": "Yamato (EN)",
        "tforce-finalmile": "TForce Final Mile",
        "tnt": "TNT",
        "toll-ipec": "Toll IPEC",
        "tourline": "ctt-express",
        "uds": "United Delivery Service",
        "ups": "ups",
        "usps": "usps",
        "venipak": "Venipak",
        "whistl": "Whistl",
        "xpo-logistics": "XPO Logistics",
        "yodel": "yodel",
        "yunexpress": "YunExpress",
    }
)
