"""A milestone as a message: a mail with its plain twin, a text message, or a notification."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import css_inline
from django.conf import settings
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..cms.look import PLAIN, Look
from ..cms.rich_text import absolute, plain
from ..events import Headline, Medium, Milestone
from ..view.model import ItemView, MilestoneView, ParcelView, SpecialMessageView
from . import short
from .layout import Layout, Words
from .sketch import sketch_of

TEMPLATES = "order_status_plugin/mail/"
#: Longer subjects are cut by mail programs anyway, and by ours at a word.
SUBJECT_LENGTH = 150
#: What the shop's own words stand in.
_OPEN, _CLOSE = '<div class="words">', "</div>"

#: Under which headlines the order's promise also answers this news; under others it speaks of another parcel, or
#: of something that came later.
PROMISES: dict[Milestone, tuple[Headline, ...]] = {
    Milestone.CONFIRMED: (Headline.CONFIRMED,),
    Milestone.SHIPPED: (Headline.IN_TRANSIT, Headline.SENT),
    Milestone.OUT_FOR_DELIVERY: (Headline.OUT_FOR_DELIVERY,),
    Milestone.READY_FOR_PICKUP: (Headline.OUT_FOR_DELIVERY, Headline.ATTEMPTED_DELIVERY),
    Milestone.DELIVERED: (Headline.DELIVERED,),
    Milestone.DELAYED: (Headline.IN_TRANSIT, Headline.OUT_FOR_DELIVERY),
    Milestone.ESTIMATE_MOVED: (Headline.IN_TRANSIT, Headline.OUT_FOR_DELIVERY),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a message says. A text message has a text alone, a notification a title and a text."""

    subject: str
    text: str
    html: str


def render(
    news: MilestoneView,
    *,
    link: str,
    stop: str,
    number: str,
    first_name: str,
    medium: Medium = Medium.MAIL,
    hint: str = "",
    markup: str = "",
    is_test: bool = False,
) -> Rendered:
    """Return the message in the active language.

    A mail and a text message always hold the link; what is no mail holds nothing personal. ``stop`` is where it is
    stopped, ``hint`` how a text message says so: see :mod:`.short`. ``markup`` is JSON-LD for mail programs,
    and ``is_test`` marks what nobody ordered.
    """
    promise = news.order.promise if news.order.headline in PROMISES.get(news.milestone, ()) else ""
    if medium is Medium.SMS:
        text = short.text_message(news, promise, link=link, stop=stop, hint=hint)
        return Rendered(subject="", text=_test(text) if is_test else text, html="")
    if medium is Medium.PUSH:
        title, text = short.notification(news, promise)
        return Rendered(subject=one_line(_test(title) if is_test else title), text=text, html="")
    context = {"link": link, "stop": stop, "number": number, "first_name": first_name, "is_test": is_test}
    mail = _mail(news, promise, context)
    return replace(mail, html=_marked(mail.html, markup)) if markup else mail


def _test(text: str) -> str:
    return _("Test: %(text)s") % {"text": text}


def _mail(news: MilestoneView, promise: str, given: Mapping[str, Any]) -> Rendered:
    """Return a mail. Nothing in it comes from anybody else's server."""
    order, own, link = news.order, news.own, str(given["link"])
    subject, body = own.subject or news.subject, absolute(own.body, link)
    word, promise = _headline(news.word, promise)
    rail = order.rail
    done = sum(step.state != "todo" for step in rail)
    context: dict[str, Any] = {
        **given,
        **_dress(order.look, link),
        "news": news,
        "order": order,
        "shop": order.shop,
        "word": word,
        "promise": promise,
        "subject": (subject := one_line(_test(subject) if given["is_test"] else subject)),
        "own_body": body,
        "own_text": plain(body) if body else "",
        "steps": rail,
        "step": done,
        "step_name": rail[done - 1].name if done else "",
        "step_width": 100 // len(rail) - 2 if rail else 0,
        "parcels": [(parcel, _pictured(parcel.items, link)) for parcel in _told(news)],
        "pending_items": _pictured(order.pending.items, link) if order.pending else (),
        "also": _pictured(_also(news), link),
        "special_messages": [_special(said, link) for said in news.special_messages],
    }
    page, text = _filled(context) or _written(context)
    return Rendered(subject=subject, text=_tidy(text), html=page)


def _written(context: Mapping[str, Any]) -> tuple[str, str]:
    """Return both halves of a mail."""
    page = render_to_string(f"{TEMPLATES}milestone.html", dict(context))
    return _inliner().inline(page), render_to_string(f"{TEMPLATES}milestone.txt", dict(context))


def _filled(context: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the same from the layout that this mail shares with others; None for one that can share none."""
    if settings.DEBUG or not _are_ours(tuple(engines.all())):
        return None
    words = Words()
    sketch = _Sketch(sketch_of(context, words))
    if words.are_odd():
        return None
    style = context["style"]
    return _layout(sketch, style, get_language() or "").fill(words.said, partial(_styled, style))


class _Sketch:
    """A sketch by which its layout is found again."""

    def __init__(self, sketch: Mapping[str, Any]) -> None:
        self.sketch, self.key = sketch, repr(sketch)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sketch) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=256)
def _layout(sketch: _Sketch, style: SafeString, language: str) -> Layout:
    """Return the layout of a sketch. ``language`` is the one that is active."""
    return Layout.of(*_written({**sketch.sketch, "style": style}))


@lru_cache(maxsize=4)
def _are_ours(_engines: tuple[Any, ...]) -> bool:
    """Say whether these find our own templates: only of those it is known what they read of a context."""
    home = Path(__file__).parents[1] / "templates" / TEMPLATES
    found: list[Any] = [get_template(f"{TEMPLATES}{each.name}") for each in home.iterdir()]
    return all(Path(each.origin.name).parent == home for each in found)


def _styled(style: str, html: str) -> str:
    """Return the shop's own words, HTML of a few tags, with their styles in them."""
    wrapped = _inliner().inline_fragment(f"{_OPEN}{html}{_CLOSE}", _own_rules(style))
    return wrapped[len(_OPEN) : -len(_CLOSE)]


@lru_cache(maxsize=32)
def _own_rules(style: str) -> str:
    """Return the rules of this style that dress the shop's own words."""
    return "\n".join(line for line in style.partition("@media")[0].splitlines() if ".words" in line)


def _headline(word: str, promise: str) -> tuple[str, str]:
    """Return the two halves of the headline; one where the second begins with the first: "Ready for pickup until …"."""
    says_both = promise.casefold().startswith(word.rstrip(".。").casefold())
    return (promise, "") if promise and says_both else (word, promise)


def _marked(page: str, markup: str) -> str:
    script = f'<script type="application/ld+json">{markup}</script></head>'
    return page.replace("</head>", script, 1)


def _dress(look: Look, base: str) -> dict[str, Any]:
    """Return the look of a mail: colours to be inlined, and logos and contact by their whole addresses.

    ``base`` is an address of ours.
    """
    logos = {"logo": look.logo, "dark_logo": look.dark_logo if look.logo else None}
    start, end = ("right", "left") if translation.get_language_bidi() else ("left", "right")
    return {
        "look": look,
        **{name: urljoin(base, getattr(look, name)) for name in ("contact_url", "help_url") if getattr(look, name)},
        "start": start,
        "end": end,
        **{name: {"mark": mark, "url": urljoin(base, mark.url)} for name, mark in logos.items() if mark},
        "style": (_style.__wrapped__ if settings.DEBUG else _style)(look, start),
    }


@lru_cache(maxsize=32)
def _style(look: Look, start: str) -> SafeString:
    """Return the styles of mails of this look: the same for every mail until somebody changes the look."""
    context = {
        "look": look,
        "start": start,
        "sheet_radius": round(look.radius * 16),
        "button_radius": round(look.radius * 10),
    }
    return SafeString(render_to_string(f"{TEMPLATES}style.html", context))


def _pictured(items: Iterable[ItemView], link: str) -> list[dict[str, Any]]:
    """Return items with the whole address of their picture, where it lies on the shop's own server.

    A mail program that shows no pictures shows the same words; where none of the items has one, there is no column.
    """
    home = urlsplit(link)[:2]
    found = [(item, urljoin(link, item.image_url) if item.image_url else "") for item in items]
    own = [(item, url if urlsplit(url)[:2] == home else "") for item, url in found]
    has_column = any(url for _item, url in own)
    return [{"item": item, "url": url, "has_column": has_column} for item, url in own]


def _special(said: SpecialMessageView, link: str) -> dict[str, str]:
    """Return the shop's own words as a mail has them: every address whole, and a plain twin."""
    body = absolute(said.body, link)
    return {
        "level": said.level,
        "title": said.title,
        "body": body,
        "text": plain(body) if body else "",
        "button_label": said.button_label,
        "button_url": urljoin(link, said.button_url),
    }


def render_notice(subject: str, context: dict[str, Any]) -> Rendered:
    """Return a mail that is no news of an order, in the active language.

    ``context`` has ``look``, and as ``base`` an address of the shop.
    """
    dress = _dress(context.get("look", PLAIN), context.get("base", ""))
    context = {**dress, **context, "subject": subject}
    page = render_to_string(f"{TEMPLATES}notice.html", context)
    text = render_to_string(f"{TEMPLATES}notice.txt", context)
    return Rendered(subject=one_line(subject), text=_tidy(text), html=_inliner().inline(page))


def one_line(subject: str) -> str:
    """Return the subject as one line of readable length: nothing in it can start another header."""
    line = short.flat(subject)
    return line if len(line) <= SUBJECT_LENGTH else line[:SUBJECT_LENGTH].rsplit(" ", 1)[0] + "…"


def _told(news: MilestoneView) -> tuple[ParcelView, ...]:
    """Return the parcels that the news is about: the one, or every one that is not at rest."""
    if news.parcel is not None:
        return (news.parcel,)
    return tuple(parcel for parcel in news.order.parcels if not parcel.is_folded) or news.order.parcels


def _also(news: MilestoneView) -> tuple[ItemView, ...]:
    """Return what else is in the order, so that part of it never reads like all of it."""
    told = {parcel.anchor for parcel in _told(news)}
    others = tuple(item for parcel in news.order.parcels if parcel.anchor not in told for item in parcel.items)
    return others + news.order.digital


@cache
def _inliner() -> css_inline.CSSInliner:
    # Rules that need a media query (dark, narrow) cannot be inlined and stay in the head.
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _tidy(text: str) -> str:
    lines = [line.rstrip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
