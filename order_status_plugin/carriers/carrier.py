"""What a carrier is to us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carrier:
    """One row of the catalogue, ours or the shop's own."""

    slug: str  # how the database names it, for ever
    name: str  # how customers know it
    aliases: tuple[str, ...] = ()  # how shops and sources spell it; case, accents and punctuation do not matter
    country: str = ""  # where it is at home, ISO 3166-1 alpha-2; "" for those at home everywhere
    home: str = ""  # the page to go to when there is no link to the parcel itself; "" where nobody states one
    home_source: str = ""  # who states the home page: a name in data/sources.toml
    links: tuple[str, ...] = ()  # templates of links to one parcel, the best first: see ``links``
    links_source: str = ""  # who states them
    languages: tuple[str, ...] = ()  # those its site has for {language}, the one to fall back to first; () for any
    numbers: tuple[str, ...] = ()  # formats of its numbers, by their names in ``formats.FORMATS``
