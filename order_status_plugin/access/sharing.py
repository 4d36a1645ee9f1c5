"""Links for a neighbour or a gift: they show less than the page, end by themselves, and can be taken back."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Sequence

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from ..tracking.models import Order
from . import tokens
from .models import ShareLink

_PURPOSE = "share"
_LOCATOR_SIZE = 12
#: How long a link may live, in days.
LIFETIMES = (1, 7, 30)
#: Living links of one order.
MOST = 20


def make(order: Order, scope: ShareLink.Scope, days: int, label: str = "") -> ShareLink | None:
    """Return a new link, None when the order has as many as it may have."""
    if len(living(order)) >= MOST:
        return None
    now = timezone.now()
    return ShareLink.objects.create(
        order=order,
        scope=scope,
        locator=base64.urlsafe_b64encode(secrets.token_bytes(_LOCATOR_SIZE)).decode(),
        label=" ".join(label.split())[:60],
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )


def living(order: Order) -> Sequence[ShareLink]:
    """Return the order's links that work, newest first."""
    return list(ShareLink.objects.filter(order=order, revoked_at=None, expires_at__gt=timezone.now()).order_by("-pk"))


def end(order: Order, pk: int) -> None:
    """Take one link of this order back; another order's stays."""
    ShareLink.objects.filter(order=order, pk=pk, revoked_at=None).update(revoked_at=timezone.now())


def path_of(link: ShareLink) -> str:
    """Return the path that a link opens. Its signature is derived here and stored nowhere."""
    return reverse(
        "order_status:shared", kwargs={"token": tokens.write(_PURPOSE, base64.urlsafe_b64decode(link.locator))}
    )


def resolve(token: str) -> ShareLink | None:
    """Return the link with its order; None for unknown, wrong, expired, revoked ones and erased orders."""
    payload = tokens.read(_PURPOSE, token, _LOCATOR_SIZE)
    if payload is None:
        return None
    return (
        ShareLink.objects.filter(
            locator=base64.urlsafe_b64encode(payload).decode(),
            revoked_at=None,
            expires_at__gt=timezone.now(),
            order__erased_at=None,
        )
        .select_related("order__site")
        .first()
    )


def note_view(link: ShareLink) -> None:
    """Count the day on which a link was opened: nobody learns how often, or when."""
    today = timezone.now().date()
    if link.last_viewed_on != today:
        unseen = Q(last_viewed_on=None) | Q(last_viewed_on__lt=today)
        ShareLink.objects.filter(unseen, pk=link.pk).update(views=F("views") + 1, last_viewed_on=today)
