"""Tracking numbers: one form to compare, another to read, and check digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")

#: Weights of the Universal Postal Union's S10 and of FedEx's twelve digits.
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_FEDEX_WEIGHTS = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)


def normalise_number(number: str) -> str:
    """Return the form in which two spellings of a tracking number are equal: upper case, nothing between."""
    text = unicodedata.normalize("NFKC", number)
    text = "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf"} or char.isspace())
    return _SEPARATORS.sub("", text).upper()


def group(number: str) -> str:
    """Return the number in groups, as people read it aloud."""
    text = normalise_number(number)
    if re.fullmatch(r"1Z[0-9A-Z]{16}", text):
        return _cut(text, (2, 3, 3, 2, 4, 4))
    if re.fullmatch(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", text):
        return _cut(text, (2, 3, 3, 3, 2))
    if len(text) < 9 or not re.fullmatch(r"[0-9A-Z]+", text):
        return text
    sizes = [4] * (len(text) // 4)
    rest = len(text) % 4
    if rest == 1:
        sizes[-1] += 1
    elif rest:
        sizes.append(rest)
    return _cut(text, sizes)


def _cut(text: str, sizes: tuple[int, ...] | list[int]) -> str:
    pieces, start = [], 0
    for size in sizes:
        pieces.append(text[start : start + size])
        start += size
    return " ".join(pieces)


def is_ups_1z(number: str) -> bool:
    """UPS: ``1Z``, fifteen characters, a check digit over them where a letter counts as a digit."""
    if not re.fullmatch(r"1Z[0-9A-Z]{15}[0-9]", number):
        return False
    values = [int(char) if char.isdigit() else (ord(char) - 3) % 10 for char in number[2:17]]
    total = sum(value * (2 if place % 2 else 1) for place, value in enumerate(values))
    return -total % 10 == int(number[17])


def is_s10(number: str) -> bool:
    """UPU S10: two letters of the service, eight digits and a check digit, the country of the post."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[2:10], _S10_WEIGHTS, strict=True))
    check = 11 - total % 11
    return {10: 0, 11: 5}.get(check, check) == int(number[10])


def is_usps(number: str) -> bool:
    """USPS: IMpb of 22 digits, with or without ``420`` and the ZIP before it, or the twenty older digits."""
    if match := re.fullmatch(r"420[0-9]{5}(?:[0-9]{4})?(9[1-5][0-9]{20})", number):
        number = match[1]
    if not re.fullmatch(r"9[1-5][0-9]{20}|(?:03|23|7[0-9])[0-9]{18}", number):
        return False
    digits = [int(digit) for digit in reversed(number[:-1])]
    total = sum(digit * (1 if place % 2 else 3) for place, digit in enumerate(digits))
    return -total % 10 == int(number[-1])


def is_fedex_12(number: str) -> bool:
    """FedEx Express: eleven digits and a check digit."""
    if not re.fullmatch(r"[0-9]{12}", number) or not int(number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:11], _FEDEX_WEIGHTS, strict=True))
    return total % 11 % 10 == int(number[11])


#: Format by name: what it says of itself, and its test on a normalised number.
FORMATS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "ups-1z": ("1Z number with its check digit", is_ups_1z),
    "usps": ("USPS number with its check digit", is_usps),
    "fedex-12": ("twelve digits with FedEx's check digit", is_fedex_12),
    "s10": ("international postal number (S10) of this country, with its check digit", is_s10),
}
