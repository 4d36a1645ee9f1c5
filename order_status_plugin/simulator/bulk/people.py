"""Customers that nobody is: names, addresses in towns of the story, emails that reach nobody (RFC 2606)."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from ...events import Address
from ..stops import Stop

FIRST = ("Ada", "Bruno", "Chiara", "Dmitri", "Emma", "Farid", "Greta", "Hugo", "Inês", "Jonas", "Karin", "Luca", "Marta", "Noor", "Olga", "Paul", "Quentin", "Rosa", "Sven", "Tomás", "Uma", "Vera", "Wim", "Xenia", "Yara", "Zoë")  # fmt: skip
LAST = ("Almeida", "Bakker", "Conti", "Dubois", "Eriksen", "Fischer", "García", "Hansen", "Ivanova", "Jansen", "Keller", "Lopes", "Moreau", "Novak", "Oliveira", "Petit", "Quiroga", "Rossi", "Silva", "Thiel", "Urban", "de Vries", "Weber", "Ximenes", "Young", "Zanetti")  # fmt: skip
STREETS = ("Lindenlaan", "Rua das Flores", "Hauptstraße", "Via Roma", "Rue du Port", "Calle Mayor", "High Street")
DOMAIN = "customers.example"

#: Countries whose national phone numbers are nine digits or more, with what stands before them.
CALLING = {"PT": "+351 91", "ES": "+34 61", "FR": "+33 61", "DE": "+49 151", "NL": "+31 61", "IT": "+39 331"}


@dataclass(frozen=True, slots=True)
class Person:
    """One customer."""

    name: str
    email: str
    phone: str  # "" for about half of them
    digits: str  # of that, without its spelling
    street: str
    postcode: str


def person(number: int, country: str) -> Person:
    """Return the customer of this number, always the same."""
    first, last = FIRST[number % 26], LAST[number // 26 % 26]
    prefix = CALLING.get(country, "") if number % 2 else ""
    phone = f"{prefix}{number % 10_000_000:07d}" if prefix else ""
    return Person(
        name=f"{first} {last}",
        email=f"customer{number}@{DOMAIN}",
        phone=phone,
        digits="".join(filter(str.isdigit, phone)),
        street=f"{STREETS[number % 7]} {number % 211 + 1}",
        postcode=f"{1000 + number % 8999}",
    )


def address(name: str, street: str, postcode: str, stop: Stop) -> Address:
    """Return where somebody lives."""
    return Address(
        name=name, lines=(street,), postcode=postcode, city=stop.city, region=stop.region, country=stop.country
    )


def stored(of: Address) -> str:
    """Return an address as its column holds it."""
    return as_json(dataclasses.asdict(of))


def as_json(value: Any) -> str:
    """Return JSON in the characters that it has: half as long, and nothing in it needs escaping."""
    return json.dumps(value, ensure_ascii=False)
