"""Check digits. Each function says whether a number's last character is what the others ask for.

The procedures are those that https://github.com/jkeen/tracking_number_data states for each carrier, in
``CHECKSUM_ALGORITHMS.md`` and in ``couriers/*.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle

Check = Callable[[str], bool]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _value(char: str) -> int:
    """Return what a character counts: a letter counts as UPS counts it."""
    return int(char) if char.isdigit() else (ord(char) - 3) % 10


def mod_10(first: int, second: int, prefix: str = "", unless: str = "") -> Check:
    """Return the check of a sum that weighs its places ``first``, ``second``, ``first``, … from the left.

    ``prefix`` is put before a number that does not begin with ``unless``.
    """

    def check(number: str) -> bool:
        body = number[:-1]
        if prefix and not body.startswith(unless):
            body = prefix + body
        total = sum(_value(char) * weight for char, weight in zip(body, cycle((first, second)), strict=False))
        return -total % 10 == int(number[-1])

    return check


def mod_7(number: str) -> bool:
    """Say whether the rest of the number by seven is its last digit."""
    return int(number[:-1]) % 7 == int(number[-1])


def luhn(number: str) -> bool:
    """Say whether the number passes Luhn's test."""
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def weighted(weights: Sequence[int]) -> Check:
    """Return the check of a weighted sum, first by eleven, then by ten."""

    def check(number: str) -> bool:
        total = sum(int(char) * weight for char, weight in zip(number[:-1], weights, strict=True))
        return total % 11 % 10 == int(number[-1])

    return check


def s10(number: str) -> bool:
    """Say whether the ninth of nine digits is the Universal Postal Union's."""
    total = sum(int(char) * weight for char, weight in zip(number[:8], (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = 11 - total % 11
    return {10: 0, 11: 5}.get(check, check) == int(number[8])


def mod_37_36(number: str) -> bool:
    """Say whether the last letter or digit is ISO 7064's MOD 37,36 of those before it, as DPD prints it."""
    rest = 36
    for char in number[:-1]:
        rest = (rest + _ALPHABET.index(char)) % 36 or 36
        rest = rest * 2 % 37
    return (37 - rest) % 36 == _ALPHABET.index(number[-1])
