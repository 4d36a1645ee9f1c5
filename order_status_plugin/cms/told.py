"""The texts of messages that are live: read once an epoch, and found for a message without a query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.safestring import SafeString
from wagtail.models import Site

from ..events import Medium, Milestone
from .rich_text import plain, safe
from .site import default_language, site_of
from .texts import MessageText

_CATALOGUES = Path(__file__).parent.parent / "locale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What a shop wrote for one message, its placeholders still in it. "" stands for the package's own words."""

    subject: str = ""
    body: SafeString = SafeString()  # HTML of a few tags
    text: str = ""


class Texts:
    """The texts of one site in one language."""

    def __init__(self, found: Mapping[tuple[str, str], Text] | None = None) -> None:
        """Keep them by milestone and medium."""
        self._found = found or {}

    def get(self, milestone: Milestone, medium: Medium) -> Text | None:
        """Return the shop's words for this message, None where it wrote none."""
        return self._found.get((milestone.value, medium.value))


NONE = Texts()


@lru_cache(maxsize=64)
def texts_for(site_id: int | None, language: str, epoch: int) -> Texts:
    """Return the live texts of a site in a language. ``epoch`` is the content's: a newer one is read anew."""
    if not epoch:
        return NONE  # nothing was ever published
    return _ready(_live(site_of(site_id, epoch)), language)


def previewed_texts(site: Site | None, language: str, arrange: Callable[[Iterable[Any]], Iterable[Any]]) -> Texts:
    """Return the texts of a preview: the live ones as ``arrange`` has them, what stands first going before others."""
    return _ready(arrange(list(_live(site))), language)


def _live(site: Site | None) -> Iterable[MessageText]:
    """Return the rows of a site, its own before those of every site."""
    rows = MessageText.objects.filter(Q(site=None) | Q(site=site), live=True).select_related("locale")
    return sorted(rows, key=lambda row: (row.site_id is None, -row.pk))


def _ready(rows: Iterable[MessageText], language: str) -> Texts:
    best: dict[tuple[str, str], tuple[int, MessageText]] = {}
    wanted = _wanted(language)
    for row in rows:
        code = row.locale.language_code.casefold()
        rank = wanted.index(code) if code in wanted else len(wanted)
        key = (row.milestone, row.medium)
        if rank < len(wanted) and (key not in best or rank < best[key][0]):
            best[key] = (rank, row)
    chosen = [row for _rank, row in best.values()]
    with translation.override(language):
        bodies = safe([row.body for row in chosen])
    return Texts(
        {
            (row.milestone, row.medium): Text(
                subject=row.subject, body=body if plain(body) else SafeString(), text=row.text
            )
            for row, body in zip(chosen, bodies, strict=True)
        }
    )


def _wanted(language: str) -> list[str]:
    """Return the languages in which a text may be, the best first.

    Where the package speaks the customer's language, its own words are better than the shop's in a language that the
    rest of the message does not have; where it does not, the shop's default language is.
    """
    code = language.casefold()
    wanted = list(dict.fromkeys((code, code.partition("-")[0])))
    return wanted if _is_spoken(code) else [*wanted, default_language().casefold()]


@cache
def _is_spoken(code: str) -> bool:
    known = {"en", *(each.name.replace("_", "-").casefold() for each in _CATALOGUES.iterdir() if each.is_dir())}
    return code in known or code.partition("-")[0] in known
