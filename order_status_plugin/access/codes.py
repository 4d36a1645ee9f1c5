"""A code in a mail to the order's own address: the way in when guessing has used up all tries, or always, by setting.

Asking and typing cost the same and answer the same whether an order is meant or not.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata

from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from ..conf import conf
from ..keys import Key, ring, signing_key
from ..tracking.models import Order
from . import devices, identify, limits
from .models import MailedCode
from .site import asked

COOKIE = "__Host-order-status-code"
#: Crockford's: no letter that looks like a digit.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")
_LENGTH = 8
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def ask(request: HttpRequest, response: HttpResponseBase, order: Order | None, number: str, contact: str) -> None:
    """Note that a code is wanted for the order that these two mean; the worker mails it to the order's own address.

    ``response`` gets the cookie to which the code is bound. An order's limits of guessing play no part here, so that
    whoever used them up locks nobody out.
    """
    token, now = secrets.token_urlsafe(32), timezone.now()
    found = identify.match(order, number, contact, None if order else asked(request))
    meant = found.orders[0] if found.orders else None
    of_visitor, of_order = limits.codes(meant, found, limits.address_of(request))
    if limits.take(of_visitor):
        is_open = limits.take(of_order)
        MailedCode.objects.create(
            order_id=meant if is_open else None,
            seed=secrets.token_urlsafe(16),
            asked_by=_hash(token),
            created_at=now,
            expires_at=now + conf.CODE_LIFETIME,
        )
    response.set_cookie(
        _cookie_name(request),
        token,
        max_age=conf.CODE_LIFETIME,
        path="/",
        secure=not devices.is_insecure(request),
        httponly=True,
        samesite="Lax",
    )


def spend(request: HttpRequest, typed: str) -> Order | None:
    """Use up the code that this browser asked for last; None when it is wrong, spent, too old or tried too often."""
    token = request.COOKIES.get(_cookie_name(request), "")
    asked_by = _hash(token) if _TOKEN.fullmatch(token) else ""
    row = MailedCode.objects.filter(asked_by=asked_by).order_by("-pk").first()
    row = row or MailedCode(pk=0, seed="")
    waiting = MailedCode.objects.filter(pk=row.pk, spent_at=None, expires_at__gt=timezone.now())
    is_open = waiting.filter(attempts__lt=conf.CODE_TRIES).update(attempts=F("attempts") + 1) == 1
    given, is_right = _clean(typed), False
    for key in ring():
        is_right |= hmac.compare_digest(_code(key, row.seed), given)
    if not (is_open and is_right and row.order_id) or not waiting.update(spent_at=timezone.now()):
        return None
    return Order.objects.filter(pk=row.order_id, erased_at=None).first()


def text_of(row: MailedCode) -> str:
    """Return the code as it is mailed: in two groups of four."""
    code = _code(signing_key(), row.seed).decode()
    return f"{code[:4]}-{code[4:]}"


def _code(key: Key, seed: str) -> bytes:
    raw = key.mac("mailed code", seed)
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in raw[:_LENGTH]).encode()


def _clean(typed: str) -> bytes:
    plain = unicodedata.normalize("NFKC", typed[:100]).upper()
    return re.sub(r"[^A-Z0-9]", "", plain).translate(_LOOKALIKES).encode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _cookie_name(request: HttpRequest) -> str:
    return COOKIE.removeprefix("__Host-") if devices.is_insecure(request) else COOKIE
