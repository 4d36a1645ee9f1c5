"""A pass for a member of the shop's staff who has no account here: one order, one browser, a quarter of an hour.

The shop's own dashboard vouched for who it is. It lives in a signed cookie below the order's own path, so that
several orders can be open, and no row knows of it.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import time

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ..keys import Key, keys_numbered, signing_key
from ..tracking.models import Order
from .devices import is_insecure

LIFETIME = dt.timedelta(minutes=15)
_COOKIE = "__Secure-order-status-staff"
_INSECURE_COOKIE = "order-status-staff"


def _name(request: HttpRequest) -> str:
    return _INSECURE_COOKIE if is_insecure(request) else _COOKIE


def _mac(key: Key, order: Order, ends: str, who: str) -> str:
    return key.mac("staff pass", order.locator, str(order.link_version), ends, who).hex()


def is_shown(request: HttpRequest) -> bool:
    """Say whether this browser shows a pass, be it worth something or not."""
    return _name(request) in request.COOKIES


def give(request: HttpRequest, response: HttpResponseBase, order: Order, who: str, path: str) -> None:
    """Let this browser see the order as staff does. ``path`` is the order's; ``who`` is written down at each look."""
    key, ends = signing_key(), str(int(time.time() + LIFETIME.total_seconds()))
    name = base64.urlsafe_b64encode(who.encode()).decode().rstrip("=")
    response.set_cookie(
        _name(request),
        f"{key.number:04x}.{ends}.{name}.{_mac(key, order, ends, who)}",
        max_age=LIFETIME,
        path=path,
        secure=not is_insecure(request),
        httponly=True,
        samesite="Lax",
    )


def holder(request: HttpRequest, order: Order) -> str:
    """Return whose valid pass for this order the browser shows, "" for none. Reads no row."""
    parts = request.COOKIES.get(_name(request), "").split(".")
    if len(parts) != 4:
        return ""
    number, ends, name, given = parts
    try:
        who = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
        is_over = int(ends) <= time.time()
        keys = keys_numbered(int(number, 16))
    except (ValueError, binascii.Error):
        return ""
    matches = [hmac.compare_digest(_mac(key, order, ends, who).encode(), given.encode()) for key in keys]
    return who if any(matches) and not is_over else ""
