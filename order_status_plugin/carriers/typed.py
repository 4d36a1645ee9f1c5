"""Parcels out of what staff type into a free field of a shop, e.g. "UPS 1Z999AA10123456784"."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import parse_qsl, urlsplit

from ..events import ParcelSnapshot
from . import catalogue

#: Between two parcels. A slash needs room around it: many services' names have one inside.
_SEPARATORS = re.compile(r"[\n\r,;|]+|\s[/+]\s")
#: Notes are short; what is longer is an essay pasted by mistake.
_LONGEST = 4000
_LONGEST_LINE = 500
_LONGEST_NUMBER = 60
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
#: Numbers that people write in groups: the postal unions' S10, UPS, and digits in fours as printed on labels.
_GROUPED = re.compile(
    r"""(?<![A-Za-z0-9+])(?:
        [A-Za-z]{2}\ ?(?:\d\ ?){9}[A-Za-z]{2}
      | 1[Zz](?:[ -]?[A-Za-z0-9]){16}
      | \d{3,5}(?:[ -]\d{3,5}){2,8}(?:[ -]\d{1,5})?
    )(?![A-Za-z0-9])""",
    re.VERBOSE,
)
_TOKEN = re.compile(r"(?<![A-Za-z0-9+])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?![A-Za-z0-9])")
#: Words that say "here comes a number" and name nobody.
_FILLER = re.compile(
    r"\b(?:tracking|track|trace|number|num|no|nr|code|id|ref|reference|awb|parcel|parcels|package|shipment|consignment"
    r"|via|with|by|per|sent|shipped|and)\b\.?|n°|№",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[:#()\[\]\"=–—\u200e\u200f\u202a-\u202e\u2066-\u2069]+|\s-\s")
#: A name longer than this is a sentence, and a sentence may hold what nobody should read.
_NAME_WORDS, _NAME_LENGTH = 4, 40


def parse(notes: str) -> tuple[ParcelSnapshot, ...]:
    """Return the parcels that the notes name: none when they hold no number.

    Several numbers stand on several lines or behind commas; a number without a carrier has the one before it.
    A carrier alone (a name that the catalogue knows) is a parcel without number.
    """
    parcels: dict[str, ParcelSnapshot] = {}
    carrier = waiting = ""
    chunks = deque(_SEPARATORS.split((notes or "")[:_LONGEST]))
    while chunks:
        number, url, before, after = _take_apart(" ".join(chunks.popleft().split())[:_LONGEST_LINE])
        named = _carrier(before, after)
        if number and any(char.isdigit() for char in after):
            chunks.appendleft(after)
        if not number:
            waiting = named if catalogue.find(named) else waiting
            carrier = waiting or carrier
            continue
        carrier, waiting = named or carrier, ""
        key = catalogue.normalise_number(number)
        parcels.setdefault(key, ParcelSnapshot(carrier_text=carrier, tracking_number=number, tracking_url=url))
    if not parcels and waiting:
        return (ParcelSnapshot(carrier_text=waiting),)
    return tuple(parcels.values())


def _take_apart(chunk: str) -> tuple[str, str, str, str]:
    """Return (number, link, what stands before, what stands after)."""
    url = match[0].rstrip(").") if (match := _URL.search(chunk)) else ""
    text = chunk.replace(url, " ") if url else chunk
    text = _DATE.sub(lambda date: " " * len(date[0]), text)
    if match := _GROUPED.search(text):
        return match[0], url, text[: match.start()], text[match.end() :]
    known = catalogue.find(_name(text)) is not None
    for match in _TOKEN.finditer(text):
        before = text[: match.start()]
        if _is_number(match[0], is_sure=known or catalogue.find(_name(before)) is not None):
            return match[0], url, before, text[match.end() :]
    return (_number_in(url) if url else ""), url, text, ""


def _is_number(token: str, *, is_sure: bool) -> bool:
    """Say whether a word is a tracking number: eight characters, most of them digits; five after a carrier's name."""
    digits = sum(char.isdigit() for char in token)
    return _LONGEST_NUMBER >= len(token) >= (5 if is_sure else 8) and digits >= (4 if is_sure else 5)


def _number_in(url: str) -> str:
    """Return the number that a carrier's link carries in its query, its fragment or at its end."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    values = [value for _name, value in parse_qsl(parts.query)]
    values += [piece for text in (parts.fragment, parts.path) for piece in reversed(text.split("/"))]
    return next((value for value in values if _TOKEN.fullmatch(value) and _is_number(value, is_sure=False)), "")


def _carrier(before: str, after: str) -> str:
    """Return the carrier's name: before the number, or behind it where the catalogue knows it."""
    if name := _name(before):
        return name
    name = _name(after)
    return name if catalogue.find(name) else ""


def _name(text: str) -> str:
    """Return a piece of text as a carrier's name, "" when it is none."""
    bare = _PUNCTUATION.sub(" ", text)
    name = " ".join(bare.split()).strip(" .-/&")
    if not catalogue.find(name):
        name = " ".join(_FILLER.sub(" ", bare).split()).strip(" .-/&")
    return name if name.count(" ") < _NAME_WORDS and len(name) <= _NAME_LENGTH else ""
