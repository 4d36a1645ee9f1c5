"""The interactive map that a shop may offer below the drawn one: whose tiles, and what is wrong with the setting."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.templatetags.static import static

from ..conf import conf

logger = logging.getLogger(__name__)

KEYS = ("interactive", "tile_url", "attribution", "max_zoom", "leaflet")
#: Where ``django-js-lib-leaflet``, the extra ``map``, has its files.
LEAFLET = "js_lib_leaflet"
#: From here on tiles show streets; a city is all that we point at.
MAX_ZOOM, CAP = 8, 11
#: What is filled in: the tile, a letter of the host, "@2x" on screens with small pixels.
PLACEHOLDERS = frozenset("zxysr")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9*.:\[\]-]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """Where tiles come from, and how they are shown."""

    url: str  # with {z}, {x} and {y}
    attribution: str  # as the provider wants it, may be HTML of the shop's own
    max_zoom: int
    script: str  # addresses of the shop's own copy of Leaflet
    style: str

    @property
    def origin(self) -> str:
        """Return the origin as a content policy names it, "" for our own."""
        parts = urlsplit(self.url.replace("{s}", "*"))
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @property
    def site(self) -> str:
        """Return whose tiles they are, for people: "tile.example", "" for our own."""
        return (urlsplit(self.url.replace("{s}.", "")).hostname or "") if self.origin else ""


def tiles() -> Tiles | None:
    """Return what the setting MAP says; None while it says nothing, or nothing that can be relied on."""
    given = conf.MAP
    if not isinstance(given, Mapping) or not given.get("interactive") or any(complaints(given)):
        return None
    try:
        script, style = (static(name) for name in files(given))
    except ValueError as error:  # a storage that puts hashes into names knows no such file
        logger.error("The interactive map is left out: %s", error)
        return None
    return Tiles(
        url=given["tile_url"],
        attribution=given["attribution"],
        max_zoom=given.get("max_zoom", MAX_ZOOM),
        script=script,
        style=style,
    )


def files(given: Mapping[str, Any]) -> tuple[str, str]:
    """Return the names of Leaflet's script and style among the static files."""
    folder = str(given.get("leaflet", LEAFLET)).strip("/")
    return f"{folder}/leaflet.js", f"{folder}/leaflet.css"


def complaints(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return what is wrong with the setting MAP, each with a hint."""
    for name in given:
        if name not in KEYS:
            yield f"has an unknown key {name!r}.", "Known keys: " + ", ".join(KEYS)
    if not isinstance(given.get("interactive", False), bool):
        yield "needs True or False as 'interactive'.", ""
    if not given.get("interactive"):
        return
    yield from _wrong_url(given.get("tile_url"))
    attribution = given.get("attribution")
    if not isinstance(attribution, str) or not attribution.strip():
        yield (
            "needs an 'attribution'.",
            "Every provider of tiles asks for one, e.g. '&copy; OpenStreetMap contributors'.",
        )
    zoom = given.get("max_zoom", MAX_ZOOM)
    if not isinstance(zoom, int) or isinstance(zoom, bool) or not 1 <= zoom <= CAP:
        yield f"needs a 'max_zoom' from 1 to {CAP}, not {zoom!r}.", "A place is a city: nearer would pretend to more."
    leaflet = given.get("leaflet", LEAFLET)
    if not isinstance(leaflet, str) or not leaflet.strip("/") or "//" in leaflet or ":" in leaflet:
        yield (
            f"needs a folder of your own static files as 'leaflet', not {leaflet!r}.",
            "e.g. 'js_lib_leaflet', with leaflet.js and leaflet.css in it.",
        )


def _wrong_url(url: Any) -> Iterator[tuple[str, str]]:
    told = isinstance(url, str) and all(part in url for part in ("{z}", "{x}", "{y}"))
    if not told or any(char.isspace() or not char.isprintable() for char in url):
        yield "needs a 'tile_url' with {z}, {x} and {y}.", "e.g. 'https://tiles.shop.example/{z}/{x}/{y}.png'"
        return
    unknown = set(re.findall(r"\{(.*?)\}", url)) - PLACEHOLDERS
    if unknown:
        yield f"has {{{min(unknown)}}} in its 'tile_url', which nobody fills in.", "Write its value there."
        return
    if url.startswith("/") and not url.startswith("//"):
        return
    try:
        parts = urlsplit(url.replace("{s}", "*"))
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    is_local = parts.scheme == "http" and host in LOOPBACK
    origin = f"{parts.scheme}://{parts.netloc}"
    if not host or parts.username or not (parts.scheme == "https" or is_local) or not ORIGIN.fullmatch(origin):
        yield (
            f"needs a 'tile_url' that begins with https:// or with / for your own, not {url!r}.",
            "Over http, everybody on the way reads which region a customer looks at.",
        )
    elif "*" in host and not host.startswith("*.") or host.count("*") > 1:
        yield "has {s} in the middle of the host of its 'tile_url'.", "It may only be the first part: https://{s}.…"
