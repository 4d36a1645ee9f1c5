"""EasyPost's words in ours. What is new to us stays unknown, with its raw code."""

from __future__ import annotations

from ...events import Overlay, ParcelStatus, Reason
from ..base import in_our_slugs

S = ParcelStatus

Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)

STATUSES: dict[str, Meaning] = {
    "unknown": _INFO,
    "pre_transit": (S.LABEL_CREATED, Overlay.NONE),
    "in_transit": (S.IN_TRANSIT, Overlay.NONE),
    "out_for_delivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "delivered": (S.DELIVERED, Overlay.NONE),
    "available_for_pickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "return_to_sender": (S.RETURNING, Overlay.NONE),
    "failure": (None, Overlay.EXCEPTION),
    "cancelled": (S.CANCELLED, Overlay.NONE),
    "error": _INFO,  # EasyPost could not find out: nothing happened to the parcel
}

#: What ``status_detail`` says beside the status, which keeps its word on where the parcel is.
TROUBLES: dict[str, Overlay] = {
    "delayed": Overlay.DELAYED,
    "missorted": Overlay.DELAYED,
    "weather_delay": Overlay.DELAYED,
    "address_correction": Overlay.EXCEPTION,
    "awaiting_information": Overlay.EXCEPTION,
    "damaged": Overlay.EXCEPTION,
    "delivery_exception": Overlay.EXCEPTION,
    "held": Overlay.EXCEPTION,
    "refused": Overlay.EXCEPTION,
    "transit_exception": Overlay.EXCEPTION,
}

#: Where ``status_detail`` says more than a ``failure`` does.
FAILURES: dict[str, Meaning] = {
    "arrived_at_pickup_location": (S.READY_FOR_PICKUP, Overlay.NONE),
    "cancelled": (S.CANCELLED, Overlay.NONE),
    "lost": (S.LOST, Overlay.NONE),
    "return": (S.RETURNING, Overlay.NONE),
    "expired": _INFO,
}

#: Why, by ``status_detail``.
REASONS: dict[str, Reason] = {
    "address_correction": Reason.ADDRESS,
    "damaged": Reason.DAMAGED,
    "missorted": Reason.CAPACITY,
    "refused": Reason.REFUSED,
    "weather_delay": Reason.WEATHER,
}

#: The carriers that EasyPost's documents, fixtures and public integrations spell like this, and ours.
CARRIERS = in_our_slugs(
    {
        "USPS": "usps",
        "UPS": "ups",
        "UPSDAP": "ups",
        "FedEx": "fedex",
        "FedExDefault": "fedex",
        "DHLExpress": "dhl-express",
        "DhlEcs": "dhl-ecommerce",
        "DHLEcommerceAsia": "DHL eCommerce Asia",
        "DHLPaket": "dhl-paket",
        "DeutschePost": "deutsche-post",
        "DPD": "dpd",
        "DPDUK": "dpd-uk",
        "GLS": "gls",
        "RoyalMail": "royal-mail",
        "Parcelforce": "parcelforce",
        "Evri": "evri",
        "Hermes": "evri",
        "Yodel": "yodel",
        "PostNL": "postnl",
        "CanadaPost": "canada-post",
        "Purolator": "purolator",
        "Canpar": "Canpar",
        "OnTrac": "ontrac",
        "OnTracV3": "ontrac",
        "LaserShipV2": "Lasership",
        "LSO": "Lone Star Overnight",
        "AustraliaPost": "australia-post",
        "StarTrack": "StarTrack",
        "Sendle": "Sendle",
        "AsendiaUsa": "Asendia USA",
        "APC": "APC",
        "SFExpress": "SF Express",
        "UDS": "United Delivery Service",
    }
)

KNOWN = frozenset(CARRIERS.values())


def meaning(status: str, detail: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if status == "failure" and detail in FAILURES:
        return (*FAILURES[detail], "status_detail of a failure")
    if status in STATUSES:
        said, overlay = STATUSES[status]
        trouble = TROUBLES.get(detail, Overlay.NONE)
        return (said, trouble, "status and status_detail") if trouble else (said, overlay, "status")
    return (S.UNKNOWN, Overlay.NONE, "unknown status") if status else (*_INFO, "no status")
