"""The names that one part of an address may hold, the likeliest first: without numbers, houses and streets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .facilities import FACILITY, is_facility, is_street, without_ending
from .names import joined, key, words

_DIGITS = re.compile(r"\d")
_POSTCODES = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b"  # SW1A 1AA
    r"|\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b"  # K1A 0B1
    r"|\b\d{4}\s?[A-Z]{2}\b"  # 1012 AB
    r"|\b[A-Z]{1,3}-\d{4,6}\b"  # D-50667
    r"|〒?\s?\b\d{3}-\d{4}\b"  # 100-0001
    r"|\b\d{5}-\d{3,4}\b"  # 32801-1234, 01310-100
    r"|\b\d{2}-\d{3}\b"  # 00-950
    r"|\b\d{3}\s\d{2}\b"  # 110 00
    r"|\b\d{4,7}\b"
)
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

#: Words that say which part of a town, or that it is one.
_GENERIC = frozenset(
    words(
        "twp township city cty town village borough boro county co cedex nord sud est ouest norte sur este oeste n s e w north "
        "south east west central centre center metro greater downtown sentrum centrum shi ku ken fu to gu si do sheng qu dong "
        "municipality prefecture province district dist"
    )
)


def bare(part: str) -> str:
    """Return a part without postcodes and numbers."""
    text = _POSTCODES.sub(" ", part)
    kept = [word for word in text.split() if not _DIGITS.search(word)]
    return " ".join(kept).strip(" .:*-_")


def by_trust(parts: list[str]) -> list[str]:
    """Return the parts that may name a city, streets left out."""
    kept = []
    for at, part in enumerate(parts):
        plain, in_words = bare(part), words(part)
        numbers = [word for word in _POSTCODES.sub(" ", part).split() if _DIGITS.search(word)]
        if is_street(in_words) and (numbers or at < len(parts) - 1 or _DIGITS.search(part)):
            # An address in one part may end in its town: what stands behind the last number.
            behind = re.split(r"\d+\w*", part)[-1] if len(parts) == 1 and not part[:1].isdigit() else ""
            if words(behind) and not is_street(words(behind)):
                kept.append(behind)
        elif numbers and len(parts) > 1 and at < len(parts) - 1 and not is_facility(in_words):
            continue  # "Dom 12, Praha": a house number
        elif plain:
            kept.append(plain)
    return kept


def variants(part: str) -> Iterator[tuple[str, bool]]:
    """Yield keys to try for one part, the whole first; and whether words of a name were left out."""
    in_words = words(part)
    if _IDEOGRAPHS.search(part):
        yield from _in_ideographs(part)
        return
    yield joined(in_words), False
    kept = [word for word in in_words if word not in FACILITY]
    yield joined(kept), False
    without = [word for word in kept if word not in _GENERIC]
    if without != kept:
        yield joined(without), False
    if "-" in part:
        for piece in part.split("-"):
            inner = [word for word in words(piece) if word not in FACILITY]
            if len(joined(inner)) > 3:
                yield joined(inner), True
    for size in range(len(without) - 1, 0, -1):
        for start in (0, len(without) - size):
            some = joined(without[start : start + size])
            if len(some) > 3:
                yield some, True


def _in_ideographs(part: str) -> Iterator[tuple[str, bool]]:
    """Yield the names inside a text whose words have no gaps: "广东省深圳市" holds 深圳."""
    text = "".join(bare(part).split())[:16]
    whole = without_ending(text) or text
    yield key(whole), False
    for size in range(min(len(whole), 5), 1, -1):
        for start in range(len(whole) - size + 1):
            yield key(whole[start : start + size]), True
