"""Formats of tracking numbers: what each looks like, and how much it proves.

Only formats that a public source states: https://github.com/jkeen/tracking_number_data (MIT) wherever nothing else
is said. All of them are held against a normalised number (``numbers.normalise_number``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from . import digits


class Evidence(IntEnum):
    """How much a match proves. The more, the higher."""

    LENGTH = 1  # many numbers look like this
    FORM = 2  # few carriers write letters and digits in this order
    CHECK_DIGIT = 3  # one number in ten fits by chance, of those with the right form
    PREFIX = 4  # no other carrier begins its numbers like this
    CHECKED_PREFIX = 5


@dataclass(frozen=True, slots=True)
class Format:
    """One form in which a carrier writes its numbers."""

    name: str  # for staff, beside the carrier's name
    pattern: re.Pattern[str]  # over the whole number; the group ``body`` is what the check digit is over, with it
    evidence: Evidence
    check: digits.Check | None = None

    def fits(self, number: str) -> bool:
        """Say whether a normalised number has this form. Zeros alone are no number of anybody's."""
        match = self.pattern.fullmatch(number)
        if match is None or not number.strip("0"):
            return False
        body = match["body"] if "body" in self.pattern.groupindex else number
        return self.check is None or self.check(body)


def _format(name: str, pattern: str, evidence: Evidence, check: digits.Check | None = None) -> Format:
    return Format(name, re.compile(pattern, re.ASCII), evidence, check)


_LENGTH, _FORM, _CHECK = Evidence.LENGTH, Evidence.FORM, Evidence.CHECK_DIGIT
_PREFIX, _SURE = Evidence.PREFIX, Evidence.CHECKED_PREFIX

_EXPRESS = digits.weighted((3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))  # FedEx, over twelve digits
_GROUND = digits.weighted((1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))  # FedEx, over fourteen
_POSTAL = digits.mod_10(3, 1)

#: What stands before the number of a USPS label: 420 and the ZIP code, with or without its four more digits.
_ZIP = r"(?:420\d{5}(?:\d{4})?)?"
#: Who mails: nine digits that begin with a 9, or six that do not; behind them the parcel's own.
_MAILER_9, _MAILER_6 = r"9\d{8}(?:\d{7}|\d{11})", r"[0-8]\d{5}(?:\d{10}|\d{14})"

FORMATS: dict[str, Format] = {
    "s10": _format("S10", r"[A-Z]{2}(?P<body>\d{9})[A-Z]{2}", _SURE, digits.s10),
    "ups-1z": _format("UPS 1Z", r"1Z(?P<body>[0-9A-Z]{15}\d)", _SURE, digits.mod_10(1, 2)),
    "ups-waybill": _format("UPS waybill", r"[AHJKTV](?P<body>\d{10})", _CHECK, digits.mod_10(1, 2)),
    "usps-94": _format(
        "USPS online label",
        _ZIP + rf"(?P<body>94\d{{3}}(?:{_MAILER_9}|9\d{{8}}\d{{15}}|{_MAILER_6})\d)",
        _SURE,
        _POSTAL,
    ),
    "usps-92": _format(
        "USPS Intelligent Mail",
        _ZIP + rf"(?P<body>(?:92\d{{3}}{_MAILER_9}|93\d{{3}}{_MAILER_6}|95\d{{3}}(?:{_MAILER_9}|{_MAILER_6}))\d)",
        _SURE,
        _POSTAL,
    ),
    "usps-91": _format("USPS 91", _ZIP + r"(?P<body>91\d{20})", _SURE, _POSTAL),
    "usps-20": _format("USPS, 20 digits", r"\d{20}", _CHECK, _POSTAL),
    "usps-20-91": _format("USPS, 20 digits after a silent 91", r"\d{20}", _CHECK, digits.mod_10(3, 1, "91", "91")),
    "fedex-12": _format("FedEx Express, 12 digits", r"\d{12}", _CHECK, _EXPRESS),
    "fedex-15": _format("FedEx Ground, 15 digits", r"\d{15}", _CHECK, digits.mod_10(1, 3)),
    "fedex-18": _format("FedEx Ground, 18 digits", r"0[0124](?P<body>\d{16})", _CHECK, digits.mod_10(3, 1)),
    "fedex-96": _format("FedEx Ground 96", r"96\d{5}(?P<body>\d{15})", _SURE, digits.mod_10(1, 3)),
    "fedex-96-34": _format("FedEx Ground 96, 34 digits", r"96\d{18}(?P<body>\d{14})", _SURE, _GROUND),
    "fedex-34": _format("FedEx Express, 34 digits", r"[0-8]\d{19}(?P<body>\d{14})", _CHECK, _GROUND),
    "fedex-32": _format("FedEx label, 32 digits", r"3\d{15}(?P<body>\d{12})\d{4}", _CHECK, _EXPRESS),
    "dhl-express": _format("DHL Express waybill", r"\d{10,11}", _CHECK, digits.mod_7),
    "dhl-piece": _format("DHL Express piece", r"J[A-Z]{2}\d{10}|J[A-Z]{3}\d{9,10}", _PREFIX),
    # Purolator's three letters may begin with a J, too.
    "dhl-piece-short": _format("DHL Express piece, 3 letters and 9 digits", r"J[A-Z]{2}\d{9}", _FORM),
    "dhl-gm": _format("DHL eCommerce GM", r"GM(?=\d)[0-9A-Z]{10,39}", _PREFIX),
    "dhl-asia": _format("DHL eCommerce", r"(?:LX|RX|UV|CN|SG|TH|IN|HK|MY)(?=\d)[0-9A-Z]{10,39}", _LENGTH),
    "dhl-14": _format("DHL eCommerce, 14 digits", r"\d{14}", _LENGTH),
    "dpd-28": _format("DPD label", r"\d{27}[0-9A-Z]", _CHECK, digits.mod_37_36),
    "dpd-15": _format("DPD, 14 digits and a check letter", r"\d{14}[0-9A-Z]", _CHECK, digits.mod_37_36),
    "canada-post-16": _format("Canada Post, 16 digits", r"\d{16}", _CHECK, digits.mod_10(3, 1)),
    "canpar-22": _format("Canpar, 22 characters", r"[CDKLSUXZ]\d{21}", _PREFIX),
    "purolator-12": _format("Purolator, 12 digits", r"[0-5]\d{11}", _CHECK, digits.luhn),
    "purolator-alpha": _format("Purolator, 3 letters and 9 digits", r"[A-Z]{3}\d{9}", _FORM),
    "ontrac-c": _format("OnTrac C", r"C(?P<body>\d{14})", _SURE, digits.mod_10(1, 2, "4", "4")),
    "ontrac-d": _format("OnTrac D", r"D(?P<body>\d{14})", _SURE, digits.mod_10(1, 2, "5", "5")),
    "lasership-l": _format("LaserShip L", r"L[AIEHNX][1-3]\d{7}", _PREFIX),
    "lasership-1ls7": _format("LaserShip 1LS7", r"1LS7[12](?:\d{10}|\d{2}01[1-4]\d{6}1)", _PREFIX),
    "lasership-1lscx": _format("LaserShip 1LSCX", r"1LSCX[0-9A-Z]{10}", _PREFIX),
    "gofo": _format("GOFO GFUS", r"GFUS\d{14}", _PREFIX),
    "landmark": _format("Landmark LTN", r"LTN\d{8}N1", _PREFIX),
    "speedee": _format("Spee-Dee SP", r"SP\d{18}", _PREFIX),
    "old-dominion": _format("Old Dominion", r"(?:77[78]|072|780|80\d)\d{8}", _SURE, digits.luhn),
    "amazon-tb": _format("Amazon TBA", r"TB[ACM]\d{12}", _PREFIX),
    "amazon-10": _format("Amazon International", r"[ACF]\d{10}", _FORM),
    "yodel": _format("Yodel JD", r"J?JD\d{16}", _PREFIX),
    "yunexpress": _format("YunExpress YT", r"YT\d{16}", _PREFIX),
    # WooCommerce core, Fulfillments providers
    "evri-16": _format("Evri, 16 characters", r"[A-Z]\d{2}[0-9A-Z]{13}", _LENGTH),
}
