"""Countries by what people call them: a table of names in many languages, and what carriers write beside those."""

from __future__ import annotations

from functools import lru_cache

from . import countries
from .names import key
from .table import table

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
