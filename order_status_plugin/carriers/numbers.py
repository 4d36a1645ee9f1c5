"""Tracking numbers: one form to compare, another to read."""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")


def normalise_number(number: str) -> str:
    """Return the form in which two spellings of a tracking number are equal: upper case, nothing between."""
    if number.isascii() and number.isalnum():  # as nearly all are written
        return number.upper()
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
