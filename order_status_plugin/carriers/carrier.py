"""What a carrier is to us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carrier:
    """One row of the catalogue."""

    slug: str  # how the database names it, for ever
    name: str  # how customers know it
    aliases: tuple[str, ...] = ()  # how shops and sources spell it; case and punctuation do not matter
    country: str = ""  # where it is at home, ISO 3166-1 alpha-2; "" for those at home everywhere
    home: str = ""  # the page to go to when there is no link to the parcel itself
    template: str = ""  # link to one parcel, with {number}; "" where no public source states one
    numbers: tuple[str, ...] = ()  # formats of its numbers, by their names in ``numbers.FORMATS``
