"""UPS's codes in our words, as the appendix of its Track API lists them.

An activity has a type, a code of two characters and a "status description code" of three digits. A type alone says
too little: type I holds "Out for Delivery" (OT) as well as a departure. A code alone says too little, too: OT of type
X is a question to the sender. So type and code together come first, then the three digits. What is in neither table
stays unknown.
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
_CANCELLED: Meaning = (S.CANCELLED, Overlay.NONE)


def _all(codes: str, meaning: Meaning) -> dict[str, Meaning]:
    return dict.fromkeys(codes.split(), meaning)


#: By type, then by code. https://developer.ups.com/api/reference/tracking/appendix
CODES: dict[str, dict[str, Meaning]] = {
    "M": {**_all("DP MP RD", _LABEL), "VP": _CANCELLED},
    "MV": {"VP": _CANCELLED},
    "U": _all("UP UT PX", _INFO),  # a new date, a new time, a photo
    "I": {
        **_all("OC PL", _LABEL),
        **_all("OR PC PT PU XD", _TAKEN),
        **_all("AG AR AT DL DP DS EP HU IP LC LM UL WH XA XR YH YM YN YP", _MOVES),
        "OD": _MOVES,  # "Loaded on delivery vehicle": delivery might not be today
        **_all("OF OT YF YI", _OUT),
        **_all("CA CD CL SP UA UD VP", _INFO),  # arrivals and departures taken back or foreseen
    },
    "D": {
        **_all("FS F4 KM OO UC YC 9E", _DELIVERED),
        # Where it was left: front door, neighbour, mail room, porch.
        **_all(
            "3F 3G 3H M1 M2 M3 M4 M5 M6 M7 M8 M9 MA MB MC MD ME MG MH MJ MK ML MM MN MP MQ MR MS MU MW MX", _DELIVERED
        ),
        **_all("AI NL NT OZ P5 PF ZF ZG ZH ZI", _DELIVERED),
        **_all("1N 2Q EP ZP ZQ", _READY),  # in a locker, at an access point, at the post office, held for collection
        **_all("2W A0", _COLLECTED),
        "B0": _IS_BACK,  # "Package Delivered To Original Sender"
        "F7": _MOVES,  # "delivered to an Agent for final delivery"
        **_all("OT OF 2K", _OUT),
        "OD": _MOVES,
    },
    "X": {
        "SR": _MOVES,  # "released by the customs agency"
        **_all("48 49 51 52 55 89 2X 5R 6R AY C4 FM G3 G7 G8 GB KX KZ L1 OH", _TRIED),
        **_all("ZP I5 6B 5G", _READY),
        "FT": _COLLECTED,
        **_all("RK RL ZS", _OUT),
        **_all("F4 KM", _DELIVERED),
        **_all("90 3N 6C 8H CS DL H8 I1 KP O0 O4 PP RV TU", _GOES_BACK),
        "4S": _IS_BACK,
        **_all("AM AN AP AQ AS KI KQ KR KS KT", _EXCEPTION),  # refused
        **_all("1F 8D BZ NI S9 TJ 45 HR 68", _EXCEPTION),  # destroyed, disposed of, lost and found, damaged
        **_all("F0 F3 GD HL HM 2O 4B LX RC RB PG P4 IP", _MOVES),
        **_all("76 79 78 LU JB O1 O5 O6 O7 O8 H6 S7 39 54", _INFO),  # delivery changes
    },
}

#: Why, by the code of an exception, where one code has one reason.
REASONS: dict[str, Reason] = {
    "48": Reason.ABSENT,  # "Customer was not available when UPS attempted delivery"
    **dict.fromkeys(["AM", "AN", "AP", "AQ", "AS", "KI", "KQ", "KR", "KS", "KT"], Reason.REFUSED),
}

#: The three digits, the same for all types.
DETAILS: dict[int, Meaning] = {
    number: meaning
    for meaning, numbers in (
        (_LABEL, (3, 44, 45, 79, 80, 157, 166)),
        (_TAKEN, (38, 160, 167, 168, 169)),
        (_MOVES, (5, 10, 12, 14, 16, 25, 39, 47, 57, 71, 72, 73, 74, 84, 87, 92, 134, 137, 143, 158, 159, 164, 165)),
        (_OUT, (6, 21, 37, 78, 89, 91, 146, 162)),
        (_TRIED, (22, 23, 24, 60, 61, 62, 66, 145)),
        (_READY, (17, 40, 144, 161)),
        (_DELIVERED, (11, 26, 156)),
        (_GOES_BACK, (35, 36, 118)),
        (_IS_BACK, (34, 67, 81)),
        (_CANCELLED, (7,)),
        (_DELAYED, (32, 46, 48, 51, 52, 53, 55, 86, 90, 123, 126, 132, 138)),
        (_EXCEPTION, (13, 29, 30, 49, 50, 58, 59, 64, 68, 69, 76, 83, 85, 124, 125, 139, 147, 149)),
        (_INFO, (0, 18, 19, 20, 27, 28, 33, 41, 42, 43, 54, 56, 63, 65, 70, 75, 77, 82, 88, 93, 94, *range(95, 118))),
        (_INFO, (119, 120, 121, 122, 127, 128, 129, 130, 131, 133, 135, 136, 140, 141, 142, 148, 153, 154, 155, 163)),
    )
    for number in numbers
}


def meaning(kind: str, code: str, detail: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them, for a type, its code and the three digits."""
    if code in CODES.get(kind, {}):
        return (*CODES[kind][code], "type and code")
    found = DETAILS.get(int(detail)) if detail.isascii() and detail.isdigit() else None
    if found == _LABEL and kind == "X":
        return (*_EXCEPTION, "status code of an exception")
    if found is not None:
        return (*found, "status code")
    if kind or code or detail:
        return S.UNKNOWN, Overlay.NONE, "unknown code"
    return None, Overlay.NONE, "no code"


def reason(kind: str, code: str) -> Reason:
    """Return why, as far as the code of an exception tells."""
    return REASONS.get(code, Reason.NONE) if kind == "X" else Reason.NONE
