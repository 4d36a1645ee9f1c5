"""The carriers that the plugin knows, as data: ``*.toml``, a file a region, and ``sources.toml`` on who states what.

A link stands in there only where a public source states it, and names that source beside it (``links_source``); so
does a home page (``home_source``). Where nobody states one there is none, and the page shows the number alone.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from ..carrier import Carrier

#: In the order in which equals are offered.
FILES = ("worldwide", "europe", "america", "asia_pacific", "africa_middle_east", "posts")


def read(name: str) -> dict[str, dict[str, Any]]:
    """Return the tables of one file."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text("utf-8"))


def sources() -> dict[str, dict[str, Any]]:
    """Return who states links and home pages: ``name`` and ``where`` by their short names."""
    return read("sources")


def _carrier(slug: str, row: dict[str, Any]) -> Carrier:
    lists = {name: tuple(value) for name, value in row.items() if isinstance(value, list)}
    return Carrier(slug, **(row | lists))


#: Every carrier of ours.
CARRIERS: tuple[Carrier, ...] = tuple(_carrier(slug, row) for name in FILES for slug, row in read(name).items())
