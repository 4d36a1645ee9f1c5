"""How long a text message is to the network, and what it costs: pure functions.

A message in the GSM 7-bit alphabet holds 160 units, one in UCS-2 70; of a longer one each segment holds 153 or 67, as
a header joins them again (3GPP TS 23.038, 6.2.1 and 6.2.3; TS 23.040, 9.2.3.24.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Two units each: an escape goes before them.
_EXTENSION = frozenset("\f^{}\\[~]|€")

#: What editors' programs write in the place of a plain character, and what only machines see.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\t\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f", " "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff", ""),
        "…": "...",
        "•": "*",
    }
)


class Encoding(StrEnum):
    """How the characters travel: one outside of GSM's alphabet takes the whole message to UCS-2."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


#: Units of a message that stands alone, and of one segment of several.
ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Size:
    """What a text takes: ``units`` are septets in GSM-7, UTF-16 code units in UCS-2."""

    encoding: Encoding
    units: int
    segments: int


def encoding(text: str) -> Encoding:
    """Return the alphabet that this text needs."""
    return Encoding.GSM7 if set(text) <= _BASIC | _EXTENSION else Encoding.UCS2


def measure(text: str) -> Size:
    """Return the size of a text. What takes two units is never cut in two: it moves to the next segment."""
    needed = encoding(text)
    widths = [2 if (char in _EXTENSION if needed is Encoding.GSM7 else ord(char) > 0xFFFF) else 1 for char in text]
    alone, joined = ROOM[needed]
    units = sum(widths)
    return Size(needed, units, min(units, 1) if units <= alone else _parts(widths, joined))


def _parts(widths: Iterable[int], room: int) -> int:
    parts, used = 1, 0
    for width in widths:
        used += width
        if used > room:
            parts, used = parts + 1, width
    return parts


def plain(text: str) -> str:
    """Return the text with straight quotes, hyphens and spaces where that alone makes it fit GSM-7, else as it is.

    A single curly apostrophe would more than halve what a segment holds. No letter is changed.
    """
    straight = text.translate(_PLAIN)
    return straight if encoding(straight) is Encoding.GSM7 else text


def cost(text: str, country: str, prices: Mapping[str, Decimal | str | float]) -> Decimal | None:
    """Return what sending this may cost, None where no price is known.

    ``prices`` are those of one segment by country (ISO 3166-1 alpha-2), ``"*"`` for every other one, in whatever
    currency the shop thinks in.
    """
    price = prices.get(country, prices.get("*"))
    return None if price is None else Decimal(str(price)) * measure(text).segments
