"""From what a carrier wrote to what it may mean: a country, a region, and names to look up, in that order of trust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from . import regions
from .country_names import CITY_STATES, country_of, named_country
from .facilities import FACILITY, is_facility
from .hubs import HUBS
from .names import key, words
from .table import table
from .variants import bare, by_trust, variants

#: Where one part of an address ends. A dash does so only between gaps: "Vitoria-Gasteiz" is one name.
_BREAKS = re.compile(r"[,;/|()\[\]{}<>【】（）、，\n\r\t]+|\s[-–—]+\s?|\s?[-–—]+\s|[–—]+")
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
    is_whole = len(by_trust(found.parts)) < 2 and not region.strip()
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
    parts = [part for part in (part.strip(" .:*-_") for part in _BREAKS.split(whole)) if part and bare(part)]
    found = _Segments([part for part in parts if not _is_house(part)] or parts)
    if not country and len(found.parts) > 1 and _is_state_and_country(found.parts[-1]):
        found.letters, found.is_apart = bare(found.parts[-1]), True
        return found
    _take_country(found, country)
    if found.parts and not found.country and not country:
        last = bare(found.parts[-1])
        tail = last.split()[-1] if last.split() else ""
        is_alone = len(last.split()) == 1
        is_part = is_alone and len(found.parts) > 1
        if _may_be_letters(tail) and (is_part or not is_alone):
            found.letters, found.is_apart = tail, is_part
        else:
            # "QUEENS NY DISTRIBUTION CENTER": the state stands before the kind of house.
            kept = [word for word in last.split() if not is_facility(words(word))]
            if len(kept) > 1 and _may_be_letters(kept[-1]):
                found.letters = kept[-1]
                found.parts = [*found.parts[:-1], " ".join(kept)]
    elif found.parts and country in regions.BELONGS:
        tail = found.parts[-1].split()[-1].upper()
        if tail in regions.BELONGS[country]:
            found.letters = tail
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
        part = bare(parts[at]) or parts[at]
        named = named_country(part)
        written = country_of(part) if part.isupper() and len(part) == 3 else ""
        is_certain = part.upper() == told or (at > 0 and _is_after_state(parts))
        is_plain = part.isupper() and not told and (at == 0 or not _is_state(part))
        if len(part) == 2 and (is_certain or is_plain):
            named = country_of(part)
        if named or written:
            found.country = named or written
            parts.pop(at)
            break
    if not parts or found.country:
        return
    in_words = bare(parts[-1]).split()
    for size in (6, 5, 4, 3, 2, 1):
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
    before = bare(parts[-2]).split()
    return bool(country and len(parts) > 2 and before and table().region(country, key(before[-1])))


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
    for part in by_trust(parts):
        for name, is_cut in variants(part):
            if len(name) > 1:
                seen.setdefault(name, is_cut)
    return Reading(
        country, code, tuple(sorted(seen.items(), key=lambda pair: pair[1])), is_sure, parts=tuple(found.parts)
    )


def _region_of(country: str, parts: list[str]) -> tuple[str, list[str]]:
    """Return the region that the last part is, or ends in, and the parts without it."""
    for at in range(len(parts) - 1, -1, -1):
        plain = bare(parts[at])
        if len(parts) > 1 and at > 0 and plain and (code := table().region(country, key(plain))):
            return code, parts[:at] + parts[at + 1 :]
        in_words = [word for word in plain.split() if not is_facility(words(word)) or len(word) == 2]
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
    in_words = bare(parts[-1]).split()
    if len(parts) > 1 and table().region(country, key(" ".join(in_words))) == code:
        return parts[:-1]
    kept = [word for word in in_words if not is_facility(words(word))]
    is_region = len(kept) > 1 and kept[-1].isupper() and table().region(country, key(kept[-1])) == code
    if is_region and (len(kept[-1]) <= 3 or not _is_city(country, kept)):
        return [*parts[:-1], " ".join(kept[:-1])]
    return parts
