"""One order as HTML: rendered with holes, and the holes filled for one request."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ..access.grants import Known
from ..access.headers import allow_images
from ..access.models import Grant
from ..cms.layout import Placed
from ..cms.look import look_for
from ..events import Tier
from ..maps.tiles import tiles
from ..view import dates
from ..view.marks import NOTHING, Values, fill, mark
from ..view.model import OrderView
from ..wallet import issuers
from .arrange import arrange
from .context import allow_embeds, frame, has_own_frame
from .language import chosen, offered, query

STATUS = "order_status_plugin/page/status.html"
ORDER = "order_status_plugin/page/order.html"
ERROR = "order_status_plugin/page/error.html"
DEVICES = "order_status_plugin/page/device_rows.html"
INSTEAD = "order_status_plugin/page/instead.html"
BAR = "order_status_plugin/page/staff.html"
#: Only where a map is offered may the page load its tiles.
TILES = ' data-tiles="'
LANGUAGE = re.compile(r' lang="([\w-]+)"')


@dataclass(frozen=True, slots=True)
class Holes:
    """What differs between two requests for the same page; the rest of a public page may be kept."""

    path: str  # of the link, with its last slash: a link is never stored
    csrf: str
    time: str
    open: str = ""  # an attribute of the identify panel
    error: str = ""  # before its fields
    instead: str = ""  # after its button: the way that is left
    staff: str = ""  # above everything: how staff look at it
    link: str = ""  # the whole address
    devices: str = ""  # those that see the private details, as a list
    look: str = ""  # after the languages' addresses: the same, for their links
    again: str = ""  # after the path: what leads to this very page once more


_NAMES = tuple(hole.name for hole in fields(Holes))


def unfilled() -> dict[str, str]:
    """Return what stands for each hole while a page is rendered, by name."""
    return {name: mark_safe(mark(name)) for name in _NAMES}  # noqa: S308 - hex and names


def link_hole() -> str:
    """Return what stands for the page's whole address while it is rendered: ``build`` takes it for placeholders."""
    return mark("link")


def render(view: OrderView, layout: Sequence[Placed], *, epoch: int = 0, lang_query: str = "") -> str:
    """Return the page with holes: the whole document, or its title and the part for the shop's own frame.

    ``layout`` says which blocks stand where, ``epoch`` of what content. ``lang_query`` is what its links carry: "?lang=fr" where somebody chose French.
    """
    context: dict[str, Any] = {
        **frame(view.look),
        "shop": view.shop,
        "view": view,
        "version": str(view.version),
        "epoch": str(epoch),
        "languages": offered(),
        "lang_query": lang_query,
        "is_staff": view.tier is Tier.STAFF,
        "hole": unfilled(),
        "wallets": issuers.aliases() if view.tier is Tier.PRIVATE else (),
    }
    context = arrange(view, layout, context)
    if not has_own_frame():
        return render_to_string(STATUS, context)
    # On a line of its own, before the part: what the frame around it has to know.
    known = {"title": f"{view.word} {view.over}", "site": view.look.site_id, "epoch": epoch}
    return json.dumps(known) + "\n" + render_to_string(ORDER, context)


def answer(
    request: HttpRequest,
    html: str,
    path: str,
    *,
    error: str = "",
    status: int = 200,
    devices: Sequence[Known] = (),
    values: Values = NOTHING,
    looks_as: Tier | None = None,
    link: str = "",
    now: dt.datetime | None = None,
) -> HttpResponse:
    """Return what ``render`` made, filled for this request.

    ``error`` opens the identify panel and stands in it; ``devices`` see the private details; ``values`` are
    those of a page that has marks for what is personal (NoSuchValue is raised where one is missing); ``looks_as`` is the tier that staff look as; ``link`` the
    whole address, where it is not that of this request's host; ``now`` what its clock shows, where that is another time.
    """
    known, body = "", html
    if has_own_frame():
        known, body = html.split("\n", 1)
    language = language_of(body)
    with translation.override(language):
        look = {Tier.PUBLIC: "&amp;as=public", Tier.PRIVATE: "&amp;as=customer"}.get(looks_as, "") if looks_as else ""
        asked = query(request)
        filling = Holes(
            path,
            _token(request),
            _clock(int(now.timestamp() if now else time.time()) // 60, dates.shop_zone(), language),
            " open" if error else "",
            render_to_string(ERROR, {"error": error}) if error else "",
            render_to_string(INSTEAD, {"ask_url": f"{path}code/", "lang_query": asked}) if error else "",
            render_to_string(BAR, {"path": path, "looks_as": looks_as, "lang": chosen(request)}) if looks_as else "",
            link or f"{request.scheme}://{request.get_host()}{path}",
            "",
            look,
            f"{asked}{look}" if asked else look.replace("&amp;", "?", 1),
        )
        holes = {name: getattr(filling, name) for name in _NAMES}
        if devices:
            holes["devices"] = _listed(devices, asked, holes)
        body = fill(body, values, holes)
        if known:
            # The shop's own frame may greet its customer by name: it is rendered for each request, and never kept.
            told = json.loads(known)
            title = mark_safe(fill(escape(told["title"]), values))  # noqa: S308 - escaped
            context = {**frame(look_for(told["site"], told["epoch"])), "title": title, "body": mark_safe(body)}  # noqa: S308 - by our template
            body = render_to_string(STATUS, context, request=request)
    response = HttpResponse(body, status=status)
    offered = tiles()
    if offered and offered.origin and TILES in html:
        allow_images(response, offered.origin)
    allow_embeds(response, html)
    if language:
        response["Content-Language"] = language
    return response


def language_of(html: str) -> str | None:
    """Return the language of a page that ``render`` made."""
    found = LANGUAGE.search(html)
    return found[1] if found else None


def _listed(devices: Sequence[Known], lang_query: str, holes: Mapping[str, str]) -> str:
    """Return the list of devices, filled for this request as the page around it is."""
    told = dict(holes)
    for place, device in enumerate(devices):
        told[f"label{place}"] = escape(device.label or _("Unknown browser"))
        told[f"since{place}"] = escape(dates.full_day(device.since.astimezone(dates.shop_zone())))
        told[f"pk{place}"] = str(device.pk)
    shapes = tuple((device.method, device.is_this) for device in devices)
    return fill(_list(translation.get_language(), lang_query, shapes), NOTHING, told)


@lru_cache(maxsize=128)
def _list(language: str | None, lang_query: str, shapes: tuple[tuple[Grant.Method, bool], ...]) -> str:
    """Return the list for so many devices, with marks for what tells one from another: the same for every order."""
    rows = [
        {name: mark(f"{name}{place}") for name in ("label", "since", "pk")} | {"method": method, "is_this": is_this}
        for place, (method, is_this) in enumerate(shapes)
    ]
    return render_to_string(DEVICES, {"devices": rows, "hole": unfilled(), "lang_query": lang_query})


def _token(request: HttpRequest) -> str:
    """Return the visitor's CSRF token as the cookie has it.

    Django's own would be masked for this response, so that compression cannot tell it to somebody whose words the
    response repeats. Ours repeats nobody's words, and making mask and secret took a fifth of the whole request.
    """
    request.META.setdefault("CSRF_COOKIE", secrets.token_hex(16))
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    return str(request.META["CSRF_COOKIE"])


@lru_cache(maxsize=64)
def _clock(minute: int, zone: ZoneInfo, language: str | None) -> SafeString:
    now = dt.datetime.fromtimestamp(minute * 60, zone)
    return format_html('<time datetime="{}">{}</time>', now.isoformat(timespec="minutes"), dates.clock(now))
