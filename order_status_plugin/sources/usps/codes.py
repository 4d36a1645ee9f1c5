"""USPS's scan event codes in our words (Publication 199, appendix G-4), and the few phrases that say more than a code.

A code comes first. Code 01, "Delivered", is one for five different ends, which its phrase tells apart; USPS writes
these phrases alike each time, so they are compared whole, never searched for a word. A code that is not here is
looked up by its phrase, then by the category of the whole item; what is left stays unknown.
"""

from __future__ import annotations

from ...events import Overlay, ParcelStatus, Reason

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)
_DELAYED: Meaning = (None, Overlay.DELAYED)
_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)
_LABEL: Meaning = (S.LABEL_CREATED, Overlay.NONE)
_TAKEN: Meaning = (S.PICKED_UP_BY_CARRIER, Overlay.NONE)
_MOVES: Meaning = (S.IN_TRANSIT, Overlay.NONE)
_OUT: Meaning = (S.OUT_FOR_DELIVERY, Overlay.NONE)
_TRIED: Meaning = (S.ATTEMPTED_DELIVERY, Overlay.NONE)
_READY: Meaning = (S.READY_FOR_PICKUP, Overlay.NONE)
_DELIVERED: Meaning = (S.DELIVERED, Overlay.NONE)
_COLLECTED: Meaning = (S.COLLECTED, Overlay.NONE)
_GOES_BACK: Meaning = (S.RETURNING, Overlay.NONE)
_IS_BACK: Meaning = (S.RETURNED, Overlay.NONE)

CODES: dict[str, Meaning] = {
    code: meaning
    for meaning, codes in (
        (_LABEL, "GX MA 89 TM"),  # label, manifest, "Shipment Received, Package Acceptance Pending"
        (_TAKEN, "03 OA PA UA AD 43 80"),
        (_MOVES, "07 08 10 06 15 17 41 42 81 82 83 A1 EF PC SF T1 TL NT U1"),
        (_OUT, "OF"),
        (_TRIED, "02 30 51 52 53 54 55 56"),
        (_READY, "14 16"),
        (_DELIVERED, "01"),
        (_GOES_BACK, "09 04 21 22 23 24 25 26 27 28 29 31"),
        (_EXCEPTION, "05 11 44"),  # undeliverable as addressed, dead letter, recalled by the sender
        (_DELAYED, "71"),  # "Rescheduled to Next Delivery Day"
        (_INFO, "DX GC"),  # "Delivery Status Not Updated", return receipt
    )
    for code in codes.split()
}

#: What a phrase of code 01 says beyond "Delivered".
ENDS: dict[str, Meaning] = {
    "delivered, to original sender": _IS_BACK,
    "delivered to original sender": _IS_BACK,
    "delivered, individual picked up at post office": _COLLECTED,
    "delivered, individual picked up at postal facility": _COLLECTED,
    "delivered, to agent for final delivery": _MOVES,
}

#: Phrases of codes that we do not know.
PHRASES: dict[str, Meaning] = {
    "available for pickup": _READY,
    "available for redelivery or pickup": _READY,
    "held at post office, at customer request": _READY,
    "held at post office, retrieved from full parcel locker": _READY,
    "notice left": _TRIED,
    "notice left (no authorized recipient available)": _TRIED,
    "notice left (no secure location available)": _TRIED,
    "notice left (receptacle blocked)": _TRIED,
    "notice left (receptacle full/item oversized)": _TRIED,
    "delivery attempted - no access to delivery location": _TRIED,
    "reminder to schedule redelivery of your item": _INFO,
    "redelivery scheduled": _INFO,
    "in transit to next facility": _MOVES,
    "in transit to next facility, arriving late": (S.IN_TRANSIT, Overlay.DELAYED),
    "return to sender": _GOES_BACK,
    "return to sender processed": _GOES_BACK,
    "unclaimed/being returned to sender": _GOES_BACK,
    "insufficient address": _GOES_BACK,
    "refused": _GOES_BACK,
    "delivery exception, local weather delay": _DELAYED,
    "delivery exception, animal interference": _EXCEPTION,
}

#: Why: only phrases tell it.
REASONS: dict[str, Reason] = {
    "notice left (no authorized recipient available)": Reason.ABSENT,
    "unclaimed/being returned to sender": Reason.MISSED_PICKUP,
    "insufficient address": Reason.ADDRESS,
    "no such number": Reason.ADDRESS,
    "moved, left no address": Reason.ADDRESS,
    "undeliverable as addressed": Reason.ADDRESS,
    "refused": Reason.REFUSED,
    "delivery exception, local weather delay": Reason.WEATHER,
}

#: What USPS says of the item as a whole: it is about the latest event.
CATEGORIES: dict[str, Meaning] = {
    "pre-shipment": _LABEL,
    "accepted": _TAKEN,
    "in transit": _MOVES,
    "out for delivery": _OUT,
    "delivered": _DELIVERED,
    "available for pickup": _READY,
    "delivery attempt": _TRIED,
    "alert": _EXCEPTION,
}


def meaning(code: str, phrase: str, category: str = "") -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them. ``category`` is given for the latest event alone."""
    said = _plain(phrase)
    if said in ENDS and code in ("", "01"):
        return (*ENDS[said], "event code and type")
    if code in CODES:
        return (*CODES[code], "event code")
    if said in PHRASES:
        return (*PHRASES[said], "event type")
    if category.casefold() in CATEGORIES:
        return (*CATEGORIES[category.casefold()], "status category")
    return (S.UNKNOWN, Overlay.NONE, "unknown event code") if code or said else (*_INFO, "no event code")


def reason(phrase: str) -> Reason:
    """Return why, as far as a phrase tells."""
    return REASONS.get(_plain(phrase), Reason.NONE)


def _plain(phrase: str) -> str:
    return " ".join(phrase.casefold().split())
