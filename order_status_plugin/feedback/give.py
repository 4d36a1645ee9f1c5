"""Take a rating from a browser, and find it again: by a cookie that is for nothing else."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from ..access import devices, limits
from ..conf import conf
from ..exceptions import OrderStatusError
from ..keys import digest, digests
from ..tracking.models import Order
from .models import Feedback

COOKIE = "__Host-order-status-rated"
INSECURE_COOKIE = "order-status-rated"
#: Characters of a comment that are kept.
LONGEST = 2000
_PURPOSE = "feedback"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class TooMany(OrderStatusError):
    """From here, or of this order, enough was said for now."""


def of(request: HttpRequest, order: Order) -> Feedback | None:
    """Return what this browser said of the order, None where it said nothing."""
    token = _token(request)
    if not token:
        return None
    return Feedback.objects.filter(order=order, device_digest__in=digests(_PURPOSE, token, str(order.pk))).first()


def give(
    request: HttpRequest,
    response: HttpResponseBase,
    order: Order,
    rating: Feedback.Rating,
    comment: str | None = None,
) -> Feedback:
    """Keep what this browser says, in place of what it said before; None leaves the comment. Raises TooMany."""
    if not limits.take(limits.feedback(order, limits.address_of(request))):
        raise TooMany
    token = _token(request) or secrets.token_urlsafe(32)
    said: dict[str, Any] = {"rating": rating, "changed_at": timezone.now()}
    if comment is not None:
        said["comment"] = _fit(comment)
    mine = of(request, order)
    if mine is None:
        mine = _first(order, digest(_PURPOSE, token, str(order.pk)), said)
    else:
        Feedback.objects.filter(pk=mine.pk).update(**said)
        mine.refresh_from_db()
    is_insecure = devices.is_insecure(request)
    response.set_cookie(
        INSECURE_COOKIE if is_insecure else COOKIE,
        token,
        max_age=conf.GRANT_LIFETIME,
        path="/",
        secure=not is_insecure,
        httponly=True,
        samesite="Lax",
    )
    return mine


def _first(order: Order, key: str, said: dict[str, Any]) -> Feedback:
    try:
        with transaction.atomic():
            return Feedback.objects.create(order=order, device_digest=key, created_at=said["changed_at"], **said)
    except IntegrityError:  # a double click: the other one was first
        Feedback.objects.filter(order=order, device_digest=key).update(**said)
        return Feedback.objects.get(order=order, device_digest=key)


def _token(request: HttpRequest) -> str:
    token = request.COOKIES.get(INSECURE_COOKIE if devices.is_insecure(request) else COOKIE, "")
    return token if _TOKEN.fullmatch(token) else ""


def _fit(comment: str) -> str:
    """Return the comment without what no database takes."""
    return comment.replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST]
