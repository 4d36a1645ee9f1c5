"""Why, by AfterShip's subtags. A subtag that is not here tells no reason that a customer could act on."""

from __future__ import annotations

from ...events import Reason

#: https://www.aftership.com/docs/tracking/enum/delivery-sub-statuses
REASONS: dict[str, Reason] = {
    "AttemptFail_002": Reason.ABSENT,  # "Addressee not available"
    "AttemptFail_003": Reason.ABSENT,  # "Business closed"
    "Exception_002": Reason.ADDRESS,  # "Customer moved"
    "Exception_003": Reason.REFUSED,
    "Exception_004": Reason.CUSTOMS,
    "Exception_005": Reason.OTHER,  # "Delayed (External factors)"
    "Exception_006": Reason.PAYMENT,
    "Exception_007": Reason.ADDRESS,
    "Exception_008": Reason.MISSED_PICKUP,
    "Exception_012": Reason.DAMAGED,
    "Exception_016": Reason.CAPACITY,  # "Delayed (Processing issue)"
    "Exception_017": Reason.WEATHER,
    "Exception_018": Reason.DOCUMENTS,
    "Exception_019": Reason.CAPACITY,  # "Late flight"
}

#: Of an estimate that moved. https://www.aftership.com/docs/tracking/enum/edd-revise-reasons
REVISED: dict[str, Reason] = {
    "carrier_processing": Reason.CAPACITY,
    "customs_clearance": Reason.CUSTOMS,
    "extreme_cold": Reason.WEATHER,
    "extreme_weather": Reason.WEATHER,
    "heavy_rain": Reason.WEATHER,
    "severe_thunderstorms": Reason.WEATHER,
    "strong_winds": Reason.WEATHER,
}


def reason(subtag: str) -> Reason:
    """Return why, as far as a subtag tells."""
    return REASONS.get(subtag, Reason.NONE)
