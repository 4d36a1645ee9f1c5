"""The messages that are live: read once an epoch, kept in this process, and chosen for a viewer without a query."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, Protocol, TypeVar

import swapper
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from wagtail.blocks import StreamValue
from wagtail.models import Site

from .addresses import is_address
from .audience import Audience, Traits
from .placeholders import is_filled
from .rich_text import plain, safe
from .site import default_language, site_of
from .special import SpecialMessage


class Place(StrEnum):
    """Where a message stands."""

    PAGE = "is_on_page"
    PARCEL = "is_beside_parcels"
    MAIL = "is_in_mails"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Where a message leads."""

    label: str
    url: str  # of this site: begins with "/", else absolute


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message in one language, ready to print but for its placeholders."""

    level: str
    title: str
    body: SafeString  # HTML of a few tags
    button: Button | None
    audience: Audience
    places: frozenset[Place]
    ends: dt.datetime | None
    cards: Mapping[Place, SafeString]  # the whole of it as it stands on the page, where it does
    is_filled: bool = False  # it has placeholders


#: What a condition of an audience asks of an order. Who looks decides all that is personal.
_ASKS: dict[str, tuple[str, ...]] = {
    "stages": ("headline", "is_part_sent"),
    "tiers": ("tier",),
    "locales": ("locale",),
    "countries": ("country",),
    "carriers": ("carriers",),
    "shipping_methods": ("shipping_method",),
    "tags": ("tags",),
    "first_day": ("today",),
    "last_day": ("today",),
    "least_total": ("tier", "total"),
    "most_total": ("tier", "total"),
    "loyalty": ("tier", "loyalty"),
}
_MOST_KNOWN = 2000


class Messages:
    """Messages in the order in which they stand. Choosing again for the same traits is one look into a dict."""

    def __init__(self, messages: Sequence[Message] = ()) -> None:
        """Sort them by place, and find out what of an order decides at all."""
        self.by_place = {place: [one for one in messages if place in one.places] for place in Place}
        self.asks_loyalty = any(one.audience.loyalty for one in messages)
        self._ends = sorted(one.ends for one in messages if one.ends)
        self._keys = {place: _key(found) for place, found in self.by_place.items()}
        self._known: dict[tuple[Any, ...], tuple[Message, ...]] = {}

    def chosen(self, place: Place, traits: Traits, now: dt.datetime) -> tuple[Message, ...]:
        """Return the messages that stand there for these traits. ``now`` is aware."""
        messages = self.by_place[place]
        if not messages:
            return ()
        key = (place, self._keys[place](traits))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = tuple(one for one in messages if one.audience.includes(traits))
        return tuple(one for one in found if one.ends is None or one.ends > now)

    def next_end(self, now: dt.datetime) -> dt.datetime | None:
        """Return when the next of them expires."""
        at = bisect_right(self._ends, now)
        return self._ends[at] if at < len(self._ends) else None


def _key(messages: Iterable[Message]) -> Any:
    asked = {name for one in messages for condition in one.audience.data() for name in _ASKS[condition]}
    return attrgetter(*sorted(asked | {"tier"}))


NONE = Messages()


class Translated(Protocol):
    """A row of a translation group."""

    translation_key: Any
    locale: Any


Row = TypeVar("Row", bound=Translated)


def in_language(rows: Iterable[Row], language: str, default: str) -> list[Row]:
    """Return one row of each translation group: in the language, its base language, the default's, else the first."""
    wanted = [language.casefold(), language.casefold().partition("-")[0], default.casefold()]

    def rank(row: Row) -> int:
        code = row.locale.language_code.casefold()
        return wanted.index(code) if code in wanted else len(wanted)

    best: dict[Any, Row] = {}
    for row in rows:
        other = best.get(row.translation_key)
        if other is None or rank(row) < rank(other):
            best[row.translation_key] = row
    return list(best.values())


@lru_cache(maxsize=64)
def messages_for(site_id: int | None, language: str, epoch: int) -> Messages:
    """Return the live messages of a site in a language. ``epoch`` is the content's: a newer one is read anew."""
    if not epoch:
        return NONE  # nothing was ever published
    site = site_of(site_id, epoch)
    with translation.override(language):
        return Messages(ready(_spoken(_live(site), language), site))


def previewed(
    site: Site | None,
    language: str,
    arrange: Callable[[Iterable[Any]], Iterable[Any]],
    eased: Callable[[Audience], Audience],
) -> Messages:
    """Return the messages of a preview: the live ones as ``arrange`` has them, among them what is not saved yet.

    What it adds does not end, and is for whom ``eased`` says: an editor who plans December looks at it in November.
    """
    live = list(_live(site))
    found = _spoken(arrange(live), language)
    with translation.override(language):
        messages = ready(found, site)
    known = {id(row) for row in live}
    added = {id(row) for row in found} - known
    return Messages(
        [
            replace(one, ends=None, audience=eased(one.audience)) if id(row) in added else one
            for one, row in zip(messages, _sorted(found), strict=True)
        ]
    )


def _live(site: Site | None) -> Iterable[SpecialMessage]:
    return SpecialMessage.objects.filter(Q(site=None) | Q(site=site), live=True).select_related("locale").order_by("pk")


def _spoken(rows: Iterable[SpecialMessage], language: str) -> list[SpecialMessage]:
    return in_language(rows, language, default_language())


CARD = "order_status_plugin/blocks/message.html"
_HEADINGS = {Place.PAGE: "h2", Place.PARCEL: "h3"}
_LOUDEST = ("critical", "warning", "success", "info")


def ready(rows: Iterable[SpecialMessage], site: Site | None) -> list[Message]:
    """Return rows as they are printed, the most important first: the same number of queries for one and for many."""
    rows = _sorted(rows)
    bodies = safe([row.text for row in rows])
    extras = _extras(rows)
    found = [child.value["page"] for each in extras for child in each if child.block_type == "button"]
    addresses = _addresses([page for page in found if page], site)
    return [_ready(row, body, each, addresses) for row, body, each in zip(rows, bodies, extras, strict=True)]


def _sorted(rows: Iterable[SpecialMessage]) -> list[SpecialMessage]:
    return sorted(rows, key=lambda row: (-row.priority, _LOUDEST.index(row.level), -(row.pk or 0)))


def _ready(row: SpecialMessage, body: SafeString, extras: list[Any], addresses: dict[int, str]) -> Message:
    places = frozenset(place for place in Place if getattr(row, place))
    named = {child.block_type: child for child in extras}
    picture, button = named.get("picture"), named.get("button")
    target = None
    if button is not None:
        page = button.value["page"]
        url = addresses.get(page.pk, "") if page else str(button.value["url"] or "")
        url = url if is_address(url) else ""
        # A page that was taken away leaves a message without its button.
        target = Button(label=button.value["label"], url=url) if url else None
    body = body if plain(body) else SafeString()
    said = {
        "level": row.level,
        "title": row.title,
        "body": body,
        "button": target,
        "picture": picture.render() if picture is not None and picture.value else SafeString(),
    }
    cards = {place: render_to_string(CARD, {**said, "heading": _HEADINGS[place]}) for place in places & set(_HEADINGS)}
    return Message(
        level=row.level,
        title=row.title,
        body=body,
        button=target,
        audience=Audience.of(row.audience),
        places=places,
        ends=row.expire_at,
        cards=cards,
        is_filled=any(is_filled(text) for text in (row.title, body, target.label if target else "")),
    )


def _extras(rows: Sequence[SpecialMessage]) -> list[list[Any]]:
    """Return the extras of each row. All streams are read as one, so that Wagtail fetches the pages of all at once."""
    block = SpecialMessage._meta.get_field("extras").stream_block
    if any(row.extras.is_lazy is False for row in rows):
        return [list(row.extras) for row in rows]  # of a form: nothing to fetch
    raw = [[child for child in row.extras.raw_data if child["type"] in block.child_blocks] for row in rows]
    values = iter(StreamValue(block, [child for each in raw for child in each], is_lazy=True))
    return [[next(values) for _ in each] for each in raw]


def _addresses(pages: Sequence[Any], site: Site | None) -> dict[int, str]:
    """Return the addresses of those pages that everybody can open."""
    if not pages:
        return {}
    model = swapper.load_model("wagtailcore", "Page")
    found = model.objects.live().public().filter(pk__in=[page.pk for page in pages])
    return {page.pk: url for page in found if (url := page.get_url(current_site=site))}
