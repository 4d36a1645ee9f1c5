"""Tracking numbers that look right: with the check digits that their carriers write."""

from __future__ import annotations

import secrets


def ups_number() -> str:
    """Return a tracking number of UPS's form with a right check digit."""
    body = "999AA1" + f"{secrets.randbelow(10**9):09d}"
    total = 0
    for position, char in enumerate(body):
        value = int(char) if char.isdigit() else (ord(char) - 63) % 10
        total += value * (2 if position % 2 else 1)
    return f"1Z{body}{-total % 10}"


def s10_number(country: str) -> str:
    """Return a number as the world's posts write it, with a right check digit."""
    digits = f"{secrets.randbelow(10**8):08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"RC{digits}{ {10: 0, 11: 5}.get(rest, rest) }{country}"
