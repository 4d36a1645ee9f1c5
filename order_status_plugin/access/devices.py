"""A browser that was let in once: known by a cookie, kept as a hash."""

from __future__ import annotations

import hashlib
import re
import secrets

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from ..conf import conf
from .models import Device

COOKIE = "__Host-order-status"
#: Without https a browser takes the other one on loopback only; this one is for development beyond that.
INSECURE_COOKIE = "order-status"

#: First match wins: most browsers claim to be several.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def is_insecure(request: HttpRequest) -> bool:
    """Say whether this is plain http in development, where browsers refuse cookies that want https."""
    return settings.DEBUG and not request.is_secure()


def cookie_name(request: HttpRequest) -> str:
    """Return the cookie's name: without its prefix only over plain http in development."""
    return INSECURE_COOKIE if is_insecure(request) else COOKIE


def token_hash(request: HttpRequest) -> str:
    """Return the hash under which this browser may be known, "" when it shows no token."""
    token = request.COOKIES.get(cookie_name(request), "")
    return _hash(token) if _TOKEN.fullmatch(token) else ""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def renew(request: HttpRequest) -> tuple[Device, str]:
    """Return this browser's device with a new token, and the token: it is to be handed to :func:`remember`.

    A token that somebody else may have planted or seen is worth nothing from here on; the device's grants stay.
    """
    token, now = secrets.token_urlsafe(32), timezone.now()
    fresh = {"token_hash": _hash(token), "last_seen_on": now.date(), "label": _label(request)}
    known = token_hash(request)
    if known and Device.objects.filter(token_hash=known).update(**fresh):
        return Device.objects.get(token_hash=fresh["token_hash"]), token
    return Device.objects.create(created_at=now, **fresh), token


def remember(request: HttpRequest, response: HttpResponseBase, token: str) -> None:
    """Set the cookie."""
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=conf.GRANT_LIFETIME,
        path="/",
        secure=not is_insecure(request),
        httponly=True,
        samesite="Lax",
    )


def drop(request: HttpRequest, response: HttpResponseBase) -> None:
    """Take the cookie away."""
    response.set_cookie(
        cookie_name(request), "", max_age=0, path="/", secure=not is_insecure(request), httponly=True, samesite="Lax"
    )


def _label(request: HttpRequest) -> str:
    """Return browser and system, roughly: enough to recognise one's own device, too little to track it."""
    agent = request.headers.get("User-Agent", "")
    words = (next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS))
    return ", ".join(word for word in words if word)
