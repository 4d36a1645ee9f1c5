"""Tracking numbers that look right: with the check digits that their carriers write."""

from __future__ import annotations

import secrets

from ..carriers import catalogue


def number_for(carrier: str, serial: int | None = None) -> str:
    """Return a tracking number as the carrier with this slug writes them; digits where we know no form of it.

    ``serial`` numbers it, up to 8 digits; without one it is any number.
    """
    found = catalogue.get(carrier)
    formats = found.numbers if found else ()
    if "ups-1z" in formats:
        return ups_number(serial)
    if "s10" in formats and found and found.country:
        return s10_number(found.country, serial)
    if "fedex-12" in formats:
        return fedex_number(serial)
    return f"{10**13 + _serial(serial, 9 * 10**13)}"


def _serial(given: int | None, below: int) -> int:
    return secrets.randbelow(below) if given is None else given % below


def ups_number(serial: int | None = None) -> str:
    """Return a tracking number of UPS's form with a right check digit."""
    body = "999AA1" + f"{_serial(serial, 10**9):09d}"
    total = 0
    for position, char in enumerate(body):
        value = int(char) if char.isdigit() else (ord(char) - 63) % 10
        total += value * (2 if position % 2 else 1)
    return f"1Z{body}{-total % 10}"


def s10_number(country: str, serial: int | None = None) -> str:
    """Return a number as the world's posts write it, with a right check digit."""
    digits = f"{_serial(serial, 10**8):08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"RC{digits}{ {10: 0, 11: 5}.get(rest, rest) }{country}"


def fedex_number(serial: int | None = None) -> str:
    """Return twelve digits of FedEx, the last one a right check digit."""
    digits = f"7{_serial(serial, 10**10):010d}"
    weights = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
    return f"{digits}{sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10}"
