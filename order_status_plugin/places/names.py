"""Two spellings of one name are one key: the table is sorted by these, and asked with them."""

from __future__ import annotations

import re
import unicodedata

#: Counts the rules of this file. The table says with which it was built, and a check compares.
RULES = 1

#: Letters that do not come apart into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th", "ħ": "h", "ə": "e"}
)

#: Words that are written short as often as in full. Both sides of a comparison go through here.
_SHORT = {
    "saint": "st",
    "sankt": "st",
    "sainte": "ste",
    "mount": "mt",
    "fort": "ft",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "heights": "hts",
    "hgts": "hts",
    "hgt": "hts",
    "hghts": "hts",
    "township": "twp",
    "twnshp": "twp",
    "springs": "spgs",
    "spngs": "spgs",
    "beach": "bch",
    "junction": "jct",
    "point": "pt",
    "lake": "lk",
    "lakes": "lks",
    "valley": "vly",
    "village": "vlg",
    "center": "ctr",
    "centre": "ctr",
    "cntr": "ctr",
    "hills": "hls",
    "island": "is",
    "isle": "is",
    "grove": "grv",
    "falls": "fls",
    "gardens": "gdns",
    "harbor": "hbr",
    "harbour": "hbr",
    "mountain": "mtn",
    "creek": "crk",
    "ridge": "rdg",
    "park": "pk",
    "city": "cty",
}

_APOSTROPHES = re.compile(r"['’‘`´ʻʼ]")
_GAPS = re.compile(r"[\W_]+")


def words(text: str) -> list[str]:
    """Return the words of a name in small letters, without marks and punctuation: "St. Gallen" gives st, gallen."""
    apart = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold().translate(_LETTERS))
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return [word for word in _GAPS.split(unicodedata.normalize("NFC", plain).translate(_LETTERS)) if word]


def joined(parts: list[str]) -> str:
    """Return the key of a name that is in words already."""
    return "".join(_SHORT.get(word, word) for word in parts)


def key(text: str) -> str:
    """Return the form in which all spellings of a name are equal: "SAINT LOUIS", "St.Louis" give stlouis."""
    return joined(words(text))
