"""Whose videos and maps may stand on the page: a closed table of ours, and the shop's own entries in EMBEDS.

An address is read, and the address of the frame is made of it. Nobody is asked, and nothing is fetched.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, parse_qs, quote, urlencode, urlsplit

from ..conf import conf

KEYS = ("name", "kind", "hosts", "pattern", "src")
#: A host as addresses and content policies write it.
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
#: Where a shop's own frame is: its host is no part that an address fills in.
SRC = re.compile(r"(?P<origin>https://(?P<host>[^/{}?#@:\s]+)(:\d{1,5})?)/[\x21-\x7e]*")
FILLED = re.compile(r"\{(\w*)\}")


class Kind(StrEnum):
    """What is shown."""

    VIDEO = "video"
    MAP = "map"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Somebody whose pages may stand in a frame of ours."""

    name: str
    kind: Kind
    hosts: tuple[str, ...]  # of the addresses that editors copy
    origin: str  # of the frame
    #: Return the address of the frame, None for an address that names nothing to be shown.
    frame: Callable[[SplitResult], str | None]
    #: What the frame is told of where it stands; never more than the origin, for the rest of our address is a link.
    referrer: str = "no-referrer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """What stands in the place of one address."""

    kind: Kind
    src: str  # of the frame
    host: str  # whom it asks, for people: "youtube-nocookie.com"
    url: str  # for those whom the frame is not loaded for
    site: str  # where that leads, for people
    referrer: str
    anchor: str  # tells it apart from others on its page


def _youtube(parts: SplitResult) -> str | None:
    if parts.hostname == "youtu.be":
        name = parts.path.strip("/")
    elif parts.path.rstrip("/") == "/watch":
        name = parse_qs(parts.query).get("v", [""])[0]
    else:
        name = re.sub(r"\A/(embed|live|shorts)/", "", parts.path).strip("/")
    is_one = re.fullmatch(r"[A-Za-z0-9_-]{11}", name)
    return f"https://www.youtube-nocookie.com/embed/{name}" if is_one else None


def _vimeo(parts: SplitResult) -> str | None:
    found = re.fullmatch(r"(?:/video)?/([0-9]{4,12})(?:/([0-9a-f]{6,20}))?/?", parts.path)
    if not found:
        return None
    secret = found[2] or parse_qs(parts.query).get("h", [""])[0]  # of a video that is not listed
    told = {"dnt": "1", **({"h": secret} if re.fullmatch(r"[0-9a-f]{6,20}", secret) else {})}
    return f"https://player.vimeo.com/video/{found[1]}?{urlencode(told)}"


_MAP = re.compile(r"map=([0-9]{1,2})/(-?[0-9.]{1,20})/(-?[0-9.]{1,20})")


def _openstreetmap(parts: SplitResult) -> str | None:
    asked = parse_qs(parts.query)
    found = _MAP.match(parts.fragment)
    try:
        if parts.path == "/export/embed.html":
            west, south, east, north = map(float, asked["bbox"][0].split(","))
            pin = asked.get("marker", [""])[0].split(",")
        elif parts.path in ("", "/") and (found or "mlat" in asked):
            pin = [*asked.get("mlat", [])[:1], *asked.get("mlon", [])[:1]]
            zoom = min(int(found[1]), 19) if found else 15
            latitude, longitude = map(float, found.groups()[1:] if found else pin)
            # As wide as such a map is in a frame of ours, about 600 pixels of a world of 256 × 2^zoom.
            wide = 420 / 2**zoom
            high = wide * 9 / 16 * math.cos(math.radians(latitude))
            west, south, east, north = longitude - wide, latitude - high, longitude + wide, latitude + high
        else:
            return None
        edges = (max(west, -180), max(south, -85), min(east, 180), min(north, 85))
        if not (edges[0] < edges[2] and edges[1] < edges[3]):
            return None  # also where one is no number
        told = {"bbox": ",".join(f"{edge:.5f}" for edge in edges), "layer": "mapnik"}
        if len(pin) == 2:
            latitude, longitude = map(float, pin)
            if abs(latitude) <= 85 and abs(longitude) <= 180:
                told["marker"] = f"{latitude:.5f},{longitude:.5f}"
    except (ValueError, KeyError):
        return None
    return f"https://www.openstreetmap.org/export/embed.html?{urlencode(told)}"


#: Those that we know, by name.
PROVIDERS: Mapping[str, Provider] = {
    each.name: each
    for each in (
        Provider(
            name="YouTube",
            kind=Kind.VIDEO,
            hosts=("youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be", "www.youtube-nocookie.com"),
            origin="https://www.youtube-nocookie.com",
            frame=_youtube,
            # Its player shows nothing (error 153) where it is not told whose page it stands on.
            referrer="strict-origin",
        ),
        Provider(
            name="Vimeo",
            kind=Kind.VIDEO,
            hosts=("vimeo.com", "www.vimeo.com", "player.vimeo.com"),
            origin="https://player.vimeo.com",
            frame=_vimeo,
        ),
        Provider(
            name="OpenStreetMap",
            kind=Kind.MAP,
            hosts=("www.openstreetmap.org", "openstreetmap.org"),
            origin="https://www.openstreetmap.org",
            frame=_openstreetmap,
        ),
    )
}


def offered() -> list[Provider]:
    """Return the providers that the setting EMBEDS names; an entry that nobody understands is none."""
    given = conf.EMBEDS if isinstance(conf.EMBEDS, (list, tuple)) else ()
    found = (PROVIDERS.get(each) if isinstance(each, str) else _own(each) for each in given)
    return [each for each in found if each]


def frames() -> tuple[str, ...]:
    """Return the origins that a page with an embed may frame."""
    return tuple(dict.fromkeys(each.origin for each in offered()))


def hosts() -> list[str]:
    """Return whose addresses may be entered, for people."""
    return list(dict.fromkeys(_known_as(host) for each in offered() for host in each.hosts))


def provider_of(url: str) -> Provider | None:
    """Return whose address this is, None for everybody who is not offered."""
    host = _host(url)
    return next((each for each in offered() if host in each.hosts), None) if host else None


def read(url: str) -> Embed | None:
    """Return what an address shows, None where it is nobody's who is offered, or names nothing that can be shown."""
    provider = provider_of(url)
    src = provider.frame(urlsplit(url)) if provider else None
    if provider is None or not src:
        return None
    return Embed(
        kind=provider.kind,
        src=src,
        host=_known_as(urlsplit(provider.origin).netloc),
        url=url,
        site=_known_as(_host(url)),
        referrer=provider.referrer,
        anchor=f"embed-{hashlib.sha256(src.encode()).hexdigest()[:8]}",
    )


def is_link(url: str) -> bool:
    """Say whether an address that shows nothing may still be followed."""
    return bool(_host(url))


def _host(url: str) -> str:
    """Return the host of an address that is plain HTTPS, "" for every other."""
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme == "https" and parts.port is None and not parts.username and not parts.password
    except ValueError:
        return ""
    host = (parts.hostname or "").casefold()
    # What urlsplit drops, a browser may read: an address with such a character is nobody's.
    is_whole = url.isprintable() and not any(char.isspace() or char in "\\\"'<>" for char in url)
    return host if is_plain and is_whole and HOST.fullmatch(host) else ""


def _known_as(host: str) -> str:
    return host.removeprefix("www.")


def _own(given: Any) -> Provider | None:
    if not isinstance(given, Mapping) or any(_wrong(given)):
        return None
    pattern, src = re.compile(given["pattern"]), given["src"]

    def frame(parts: SplitResult) -> str | None:
        found = pattern.fullmatch(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        if not found:
            return None
        return FILLED.sub(lambda place: quote(found[place[1]] or "", safe=""), src)

    origin = SRC.fullmatch(src)
    return Provider(
        name=given["name"],
        kind=Kind(given.get("kind", Kind.OTHER)),
        hosts=tuple(given["hosts"]),
        origin=origin["origin"] if origin else "",
        frame=frame,
    )


def complaints() -> Iterator[tuple[str, str]]:
    """Return what is wrong with the setting EMBEDS, each with a hint."""
    given = conf.EMBEDS
    for place, each in enumerate(given if isinstance(given, (list, tuple)) else ()):
        if isinstance(each, str):
            if each not in PROVIDERS:
                yield f"names {each!r}, which we do not know.", "Known: " + ", ".join(PROVIDERS)
        elif isinstance(each, Mapping):
            for what, hint in _wrong(each):
                yield f"entry {place + 1} {what}", hint
        else:
            yield f"entry {place + 1} is neither a name nor a dict: {each!r}.", "Known: " + ", ".join(PROVIDERS)


def _wrong(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in given:
        if key not in KEYS:
            yield f"has an unknown key {key!r}.", "Known keys: " + ", ".join(KEYS)
    if not isinstance(given.get("name"), str) or not given["name"].strip():
        yield "needs a 'name'.", ""
    if given.get("kind", Kind.OTHER) not in list(Kind):
        yield f"has a 'kind' that we do not know: {given['kind']!r}.", "One of: " + ", ".join(Kind)
    said = given.get("hosts")
    is_right = isinstance(said, (list, tuple)) and said and all(isinstance(host, str) for host in said)
    if not is_right or not all(HOST.fullmatch(host) for host in said or ()):
        yield f"needs 'hosts', a list of names in small letters, not {said!r}.", "e.g. ['tv.shop.example']"
    src = given.get("src")
    origin = SRC.fullmatch(src) if isinstance(src, str) else None
    if not origin or not HOST.fullmatch(origin["host"]):
        yield (
            f"needs a 'src' with a host of its own, over https, not {src!r}.",
            "e.g. 'https://tv.shop.example/embed/{id}'",
        )
    try:
        names = set(re.compile(given["pattern"]).groupindex)
    except (KeyError, TypeError, re.error):
        yield "needs a 'pattern': a regular expression for path and query.", r"e.g. r'/w/(?P<id>\w+)'"
        return
    if isinstance(src, str) and (unknown := set(FILLED.findall(src)) - names):
        yield f"has {{{min(unknown)}}} in its 'src', which the 'pattern' does not name.", "Write (?P<name>…) there."
