"""From what a carrier wrote to what it may mean: a country, a region, and names to look up, in that order of trust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from . import countries, regions
from .facilities import FACILITY, is_facility, is_street, without_ending
from .hubs import HUBS
from .names import joined, key, words
from .table import table

#: Where one part of an address ends. A dash does so only between gaps: "Vitoria-Gasteiz" is one name.
_BREAKS = re.compile(r"[,;/|()\[\]{}<>【】（）、，\n\r\t]+|\s[-–—]+\s?|\s?[-–—]+\s|[–—]+")
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

#: What a country is called beside the names that languages have for it.
_CALLED = {
    key(name): code
    for code, several in {
        "GB": "uk, u.k., great britain, england, scotland, wales, northern ireland, britain, united kingdom of great "
        "britain and northern ireland",
        "US": "usa, u.s.a., u.s., united states of america, the united states, etats unis d amerique, eeuu, ee uu, estados unidos de america",
        "NL": "holland, the netherlands",
        "KR": "korea, south korea, s korea, republic of korea, korea republic of, korea south, rep of korea, korea rep of, "
        "korea democratic republic of south",
        "KP": "north korea, korea democratic peoples republic of",
        "RU": "russian federation, russia",
        "CN": "prc, p.r. china, pr china, mainland china, china mainland, china peoples republic, peoples republic of china, "
        "china peoples republic of",
        "HK": "hong kong sar, hong kong sar china, hongkong, hong kong china, hong kong s.a.r.",
        "MO": "macao, macau sar, macao sar, macau sar china, macau china",
        "TW": "taiwan province of china, taiwan roc, taiwan republic of china, chinese taipei, taiwan china",
        "AE": "uae, u.a.e.",
        "CZ": "czech republic, czechia",
        "VN": "viet nam",
        "TR": "turkey, turkiye",
        "CI": "ivory coast",
        "MK": "macedonia, republic of macedonia, fyrom",
        "MD": "moldova republic of",
        "IR": "iran islamic republic of",
        "SY": "syrian arab republic",
        "TZ": "tanzania united republic of",
        "VE": "venezuela bolivarian republic of",
        "BO": "bolivia plurinational state of",
        "LA": "lao peoples democratic republic",
        "BN": "brunei darussalam",
        "CV": "cape verde",
        "SZ": "swaziland",
        "MM": "burma",
        "CD": "congo democratic republic of, democratic republic of congo, drc",
        "IE": "republic of ireland, eire, ireland republic of",
        "BA": "bosnia",
        "VA": "vatican",
        "DE": "federal republic of germany, brd",
        "SK": "slovak republic",
        "KZ": "kazakhstan republic of",
    }.items()
    for name in several.split(", ")
}
_WRITTEN = {"UK": "GB", "EL": "GR", "XI": "GB", "XK": "XK", "SP": "ES", "AN": "CW"}
#: Countries that are one city: their name alone is as good as a city's.
CITY_STATES = frozenset({"SG", "HK", "MO", "MC", "GI", "VA", "SM", "LU"})
#: Countries whose states are written as two or three letters behind the city, without the country.
STATED = ("US", "CA", "AU")
#: Countries whose regions are known by their names alone.
KNOWN_REGIONS = (*STATED, "GB", "DE", "IT", "ES", "FR", "MX", "BR", "IN", "CN", "JP")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a place."""

    country: str  # "" where nothing names one
    region: str = ""  # GeoNames' code
    candidates: tuple[tuple[str, bool], ...] = ()  # keys of names, and whether words had to be left out for them
    is_sure: bool = True  # False: a guess at what two letters mean, good only if a city bears it out
    is_apart: bool = False  # the guess is that a part of its own is a country's code
    is_whole: bool = True  # False: some part was not understood that may be a state or a country
    parts: tuple[str, ...] = ()  # as written: airports' codes are capitals


@dataclass(slots=True)
class _Segments:
    parts: list[str] = field(default_factory=list)
    country: str = ""
    letters: str = ""  # two or three capitals at the end that may be a state or a country
    is_apart: bool = False  # and whether they are a part of their own


@lru_cache(maxsize=1024)
def country_of(text: str) -> str:
    """Return the country that a text names in whole: by two or three letters, or in one of many languages."""
    bare = text.strip().upper()
    if len(bare) in (2, 3) and bare.isascii():
        found = _WRITTEN.get(bare) or countries.alpha_2(bare)
        if found:
            return found
    return named_country(text)


@lru_cache(maxsize=4096)
def named_country(text: str) -> str:
    """Return the country that a text names in whole, by its name."""
    written = key(text)
    return _CALLED.get(written) or table().country(written)


def readings(text: str, country: str, region: str, postcode: str) -> Iterator[Reading]:
    """Yield the ways to understand ``text``. ``country`` is alpha-2 or ""; ``region`` and ``postcode`` as given."""
    found = _cut(text, country)
    named = found.country
    if country and named and named != country and named not in regions.BELONGS.get(country, ()):
        return  # the text speaks of another country than the source: nobody knows
    country = _territory(named or country, region, postcode, found)
    if country:
        yield _reading(country, region, postcode, found)
        return
    state = region.strip() or found.letters
    short = state.upper()
    if short and (abroad := country_of(short)) and not region.strip():
        yield replace(_reading(abroad, "", postcode, _without_letters(found), is_sure=False), is_apart=found.is_apart)
    for other in STATED if short else ():
        if table().region(other, key(short)):
            guess = _reading(other, short, postcode, _without_letters(found), is_sure=False)
            yield replace(guess, is_apart=found.is_apart)
    if not short and len(found.parts) > 1:
        for other in KNOWN_REGIONS:
            code = table().region(other, key(found.parts[-1]))
            if code and not found.parts[-1].isdigit() and len(found.parts[-1]) > 3:
                yield _reading(other, found.parts[-1], postcode, _Segments(found.parts[:-1]), is_sure=False)
    is_whole = len(_by_trust(found.parts)) < 2 and not region.strip()
    yield replace(_reading("", region, postcode, found, is_sure=not short), is_whole=is_whole)


def _territory(country: str, region: str, postcode: str, found: _Segments) -> str:
    """Return the country, or the territory that the words say more exactly."""
    within = regions.territory(country, region, postcode)
    if within == country and found.letters in regions.BELONGS.get(country, ()):
        return found.letters
    return within


def _without_letters(found: _Segments) -> _Segments:
    if not found.letters:
        return found
    tail = re.compile(rf"[\s.]*\b{re.escape(found.letters)}\.?\s*$", re.IGNORECASE)
    parts = [tail.sub("", part) if at == len(found.parts) - 1 else part for at, part in enumerate(found.parts)]
    return _Segments([part for part in parts if part.strip()], found.country)


def _cut(text: str, country: str) -> _Segments:
    """Cut a text into its parts, and take the country off its ends."""
    whole = text.strip()[:200]
    if not country and (named := _country_alone(whole)):
        return _Segments([whole] if named in CITY_STATES else [], named)
    parts = [part for part in (part.strip(" .:*-_") for part in _BREAKS.split(whole)) if part and _bare(part)]
    found = _Segments([part for part in parts if not _is_house(part)] or parts)
    if not country and len(found.parts) > 1 and _is_state_and_country(found.parts[-1]):
        found.letters, found.is_apart = _bare(found.parts[-1]), True
        return found
    _take_country(found, country)
    if found.parts and not found.country and not country:
        last = _bare(found.parts[-1])
        tail = last.split()[-1] if last.split() else ""
        is_alone = len(last.split()) == 1
        is_part = is_alone and len(found.parts) > 1
        if _may_be_letters(tail) and (is_part or not is_alone):
            found.letters, found.is_apart = tail, is_part
        elif (kept := [word for word in last.split() if not is_facility(words(word))]) and len(kept) > 1:
            # "QUEENS NY DISTRIBUTION CENTER": the state stands before the kind of house.
            if _may_be_letters(kept[-1]):
                found.letters = kept[-1]
                found.parts = [*found.parts[:-1], " ".join(kept)]
    elif found.parts and country in regions.BELONGS:
        last = found.parts[-1].split()
        if last and last[-1].upper() in regions.BELONGS[country]:
            found.letters = last[-1].upper()
            found.parts = _without_letters(found).parts
    return found


def _country_alone(whole: str) -> str:
    """Return the country that is all that is said. A name that is a state's, too, names none."""
    if len(whole) == 3 and whole.isupper() and whole not in HUBS:
        return country_of(whole)
    if len(whole) == 2 and whole.isupper() and not _is_state(whole):
        return country_of(whole)
    return "" if _is_state(whole) else named_country(whole)


def _is_state_and_country(part: str) -> bool:
    """Say whether a name is a country's and a state's: Georgia."""
    return bool(len(part) > 3 and named_country(part) and _is_state(part))


def _is_house(part: str) -> bool:
    """Say whether a part has words of a house alone: "(USPS)"."""
    in_words = words(part)
    return len(part) > 2 and bool(in_words) and all(word in FACILITY for word in in_words)


def _may_be_letters(word: str) -> bool:
    """Say whether a word may be a state's or a country's letters: "IN" is Indiana, "DO" a delivery office."""
    is_short = word.isupper() and word.isascii() and word.isalpha() and 2 <= len(word) <= 3
    return is_short and (_is_state(word) or not is_facility(words(word)))


def _take_country(found: _Segments, told: str) -> None:
    """Take a country's name off the end, off the beginning, or off the end of the last part."""
    parts = found.parts
    if len(parts) > 2 and (named := named_country(f"{parts[-2]} {parts[-1]}")):
        found.country, found.parts = named, parts[:-2]
        return
    for at in (len(parts) - 1, 0):
        if len(parts) < 2:
            break
        part = _bare(parts[at]) or parts[at]
        named = named_country(part)
        written = country_of(part) if part.isupper() and len(part) == 3 else ""
        is_certain = len(part) == 2 and (part.upper() == told or (at == len(parts) - 1 and _is_after_state(parts)))
        if is_certain:
            named = country_of(part)
        elif len(part) == 2 and part.isupper() and country_of(part) and (at == 0 or not _is_state(part)) and not told:
            named = country_of(part)
        if named or written:
            found.country = named or written
            parts.pop(at)
            break
    if not parts or found.country:
        return
    in_words = _bare(parts[-1]).split()
    for size in (4, 3, 2, 1):
        tail = " ".join(in_words[-size:])
        if len(in_words) > size and len(tail) > 3 and (named := named_country(tail)):
            if told and named != told:
                return  # "New Mexico", "Lebanon Jordan": words of a name until something bears them out
            if not told and table().cities(key(" ".join(in_words))):
                return
            found.country = named
            parts[-1] = " ".join(in_words[:-size])
            return
    if len(in_words) > 1 and (written := _code_at_end(in_words, told)):
        found.country = written
        parts[-1] = " ".join(in_words[:-1])


def _code_at_end(in_words: list[str], told: str) -> str:
    last = in_words[-1]
    if not last.isupper() or not last.isascii():
        return ""
    if last in ("USA", "UK", "UAE", "PRC"):
        return country_of(last)
    return (
        told
        if told and len(last) in (2, 3) and country_of(last) == told and not table().region(told, key(last))
        else ""
    )


def _is_state(letters: str) -> bool:
    return any(table().region(country, key(letters)) for country in STATED)


def _is_after_state(parts: list[str]) -> bool:
    """Say whether the last two parts are a state and its country: "ORLANDO, FL, US"."""
    country = country_of(parts[-1])
    before = _bare(parts[-2]).split()
    return bool(country and len(parts) > 2 and before and table().region(country, key(before[-1])))


def _bare(part: str) -> str:
    """Return a part without postcodes and numbers."""
    text = _POSTCODES.sub(" ", part)
    kept = [word for word in text.split() if not _DIGITS.search(word)]
    return " ".join(kept).strip(" .:*-_")


def _reading(country: str, region: str, postcode: str, found: _Segments, *, is_sure: bool = True) -> Reading:
    parts = list(found.parts)
    code = table().region(country, key(region)) if country and region.strip() else ""
    if country and not code and found.letters and (known := table().region(country, key(found.letters))):
        code, parts = known, _without_letters(found).parts
    if country and not code:
        code, parts = _region_of(country, parts)
    elif country and code and parts:
        parts = _without_region(country, code, parts)
    if country and not code:
        code = regions.of_postcode(country, postcode)
    seen: dict[str, bool] = {}
    for part in _by_trust(parts):
        for name, is_cut in _variants(part):
            if len(name) > 1:
                seen.setdefault(name, is_cut)
    return Reading(
        country, code, tuple(sorted(seen.items(), key=lambda pair: pair[1])), is_sure, parts=tuple(found.parts)
    )


def _region_of(country: str, parts: list[str]) -> tuple[str, list[str]]:
    """Return the region that the last part is, or ends in, and the parts without it."""
    for at in range(len(parts) - 1, -1, -1):
        bare = _bare(parts[at])
        if len(parts) > 1 and at > 0 and bare and (code := table().region(country, key(bare))):
            return code, parts[:at] + parts[at + 1 :]
        in_words = [word for word in bare.split() if not is_facility(words(word)) or len(word) == 2]
        for size in (3, 2, 1):
            tail = in_words[-size:]
            if len(in_words) <= size or any(len(word) == 1 for word in tail):
                continue
            is_short = size == 1 and len(tail[0]) <= 3
            if is_short and not tail[0].isupper():
                continue
            code = table().region(country, key(" ".join(tail)))
            if code and (is_short or not _is_city(country, in_words)):
                return code, [*parts[:at], " ".join(in_words[:-size]), *parts[at + 1 :]]
    return "", parts


def _is_city(country: str, in_words: list[str]) -> bool:
    return any(city.country == country for city in table().cities(key(" ".join(in_words))))


def _without_region(country: str, code: str, parts: list[str]) -> list[str]:
    """Take off the end what says the region once more: "QUEENS NY" in New York."""
    in_words = [word for word in _bare(parts[-1]).split()]
    if len(parts) > 1 and table().region(country, key(" ".join(in_words))) == code:
        return parts[:-1]
    kept = [word for word in in_words if not is_facility(words(word))]
    if len(kept) > 1 and kept[-1].isupper() and table().region(country, key(kept[-1])) == code:
        return [*parts[:-1], " ".join(kept[:-1])]
    return parts


def _by_trust(parts: list[str]) -> list[str]:
    """Return the parts that may name a city, streets left out."""
    kept = []
    for at, part in enumerate(parts):
        bare, in_words = _bare(part), words(part)
        numbers = [word for word in _POSTCODES.sub(" ", part).split() if _DIGITS.search(word)]
        if is_street(in_words) and (numbers or at < len(parts) - 1 or _DIGITS.search(part)):
            # An address in one part may end in its town: what stands behind the last number.
            behind = re.split(r"\d+\w*", part)[-1] if len(parts) == 1 and not part[:1].isdigit() else ""
            if words(behind) and not is_street(words(behind)):
                kept.append(behind)
        elif numbers and len(parts) > 1 and at < len(parts) - 1 and not is_facility(in_words):
            continue  # "Dom 12, Praha": a house number
        elif bare:
            kept.append(bare)
    return kept


def _variants(part: str) -> Iterator[tuple[str, bool]]:
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


#: Words that say which part of a town, or that it is one.
_GENERIC = frozenset(
    "twp township city cty town village borough boro county co cedex nord sud est ouest norte sur este oeste n s e w north "
    "south east west central centre center metro greater downtown sentrum centrum shi ku ken fu to gu si do sheng qu dong "
    "municipality prefecture province district dist".split()
)


def _in_ideographs(part: str) -> Iterator[tuple[str, bool]]:
    """Yield the names inside a text whose words have no gaps: "广东省深圳市" holds 深圳."""
    text = "".join(_bare(part).split())[:16]
    whole = without_ending(text) or text
    yield key(whole), False
    for size in range(min(len(whole), 5), 1, -1):
        for start in range(len(whole) - size + 1):
            yield key(whole[start : start + size]), True
