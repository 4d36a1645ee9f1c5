"""The language of a page: the one that its visitor chose, else the order's. Nobody else's, and no cookie.

A choice is ``?lang=fr`` in the address, and travels in the page's own links and forms: a GET writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import get_language_info

from ..tracking.models import Order
from ..view.languages import codes

#: The parameter.
LANG = "lang"


@dataclass(frozen=True, slots=True)
class Offered:
    """A language of the switch."""

    code: str
    name: str  # in itself
    is_current: bool


def offered() -> tuple[Offered, ...]:
    """Return the switch's languages, of which the active one is the current; none where there is no choice."""
    active = translation.get_language() or ""
    all_of_them = codes()
    if len(all_of_them) < 2:
        return ()
    current = active if active in all_of_them else active.partition("-")[0]
    return tuple(Offered(code, _own_name(code), code == current) for code in all_of_them)


@lru_cache(maxsize=256)
def _own_name(code: str) -> str:
    try:
        name = str(get_language_info(code)["name_local"])
    except KeyError:  # a language that the shop has made up
        name = dict(settings.LANGUAGES).get(code, code)
    return name[:1].upper() + name[1:]


def chosen(request: HttpRequest) -> str:
    """Return the language that the address asks for, "" where it asks for none that is offered."""
    wanted = request.GET.get(LANG, "").lower()
    return wanted if wanted and wanted in codes() else ""


def query(request: HttpRequest) -> str:
    """Return what our own links carry of it: "?lang=fr" or ""."""
    code = chosen(request)
    return f"?{LANG}={code}" if code else ""


def carry(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Let a redirect to a page of ours keep the choice."""
    asked = query(request)
    if asked and isinstance(response, HttpResponseRedirect):
        target = urlsplit(response.headers["Location"])
        if LANG not in target.query:
            joined = f"{target.query}&{asked[1:]}" if target.query else asked[1:]
            response.headers["Location"] = target._replace(query=joined).geturl()
    return response


def asked_language() -> str:
    """Return the language of the request, where Django's middleware has found one."""
    return translation.get_language() or "en"


def language_of(order: Order, request: HttpRequest) -> str:
    """Return the language that was chosen, else the order's where the shop has it, else the request's."""
    return chosen(request) or _order_language(order) or asked_language()


def _order_language(order: Order) -> str:
    try:
        return translation.get_supported_language_variant(order.locale)
    except LookupError:
        return ""


def kept_as(request: HttpRequest) -> str:
    """Return what a kept page depends on: the choice, else the request's language, which an order may turn out to lack."""
    code = chosen(request)
    return f"={code}" if code else asked_language()
