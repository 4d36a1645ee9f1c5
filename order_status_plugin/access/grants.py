"""What makes one device private for one order, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from ..conf import conf
from ..tracking.models import Order, OrderContact
from . import devices
from .models import Device, Grant

#: More devices than anybody reads a list of.
_MOST_SHOWN = 50
#: What the rules read of a grant.
COLUMNS = (
    "pk",
    "device_id",
    "created_at",
    "expires_at",
    "last_used_on",
    "email_digest",
    "device__last_seen_on",
    "order__erased_at",
    "order__contact__email_digest",
    "order__contact__checkout_email_digest",
)


def holds(request: HttpRequest, order: Order) -> bool:
    """Say whether this browser has a living grant for the order. No query without a cookie, else one.

    Notes the day of use, so twice a day it writes.
    """
    token_hash = devices.token_hash(request)
    if not token_hash:
        return False
    row = Grant.objects.filter(device__token_hash=token_hash, order_id=order.pk).values(*COLUMNS).first()
    return row is not None and use(row, timezone.now())


def use(row: Mapping[str, Any], now: dt.datetime) -> bool:
    """Say whether a grant lives, and note the day of its use. ``row`` has its ``COLUMNS``, ``now`` is aware."""
    if (
        row["order__erased_at"] is not None
        or now >= min(row["expires_at"], row["created_at"] + conf.GRANT_LIFETIME)
        or now.date() - row["last_used_on"] > conf.GRANT_IDLE
        or not _is_same_customer(
            row["email_digest"], row["order__contact__email_digest"], row["order__contact__checkout_email_digest"]
        )
    ):
        return False
    _touch(row["pk"], row["last_used_on"], row["device_id"], row["device__last_seen_on"], now.date())
    return True


def _is_same_customer(granted: str, present: str | None, at_checkout: str | None) -> bool:
    """Say whether the order still has the email that it had when the grant was given.

    A grant that was given before the order was read knows no email: it stands for the one of the checkout, and for
    no contact at all (None) until then.
    """
    return present == (granted or at_checkout)


def _touch(grant: int, used_on: dt.date, device: int, seen_on: dt.date, today: dt.date) -> None:
    if used_on < today:
        Grant.objects.filter(pk=grant, last_used_on__lt=today).update(last_used_on=today)
    if seen_on < today:
        Device.objects.filter(pk=device, last_seen_on__lt=today).update(last_seen_on=today)


@dataclass(frozen=True, slots=True)
class Known:
    """One device that sees an order's private details."""

    pk: int  # of the grant
    label: str  # "Firefox, Linux"; "" for what does not say
    since: dt.datetime
    method: Grant.Method
    is_this: bool


def known(request: HttpRequest, order: Order) -> list[Known]:
    """Return the devices that are private for the order, this one first: one query."""
    here, now = devices.token_hash(request), timezone.now()
    found = Grant.objects.filter(order=order).annotate(label=F("device__label"), token_hash=F("device__token_hash"))
    columns = ("pk", "label", "created_at", "method", "token_hash", "expires_at", "last_used_on")
    return listed(found.values_list(*columns, named=True), here, now)


def listed(rows: Iterable[Any], here: str, now: dt.datetime) -> list[Known]:
    """Return the devices of these grants that have not ended, this one first, then the newest.

    ``here`` is the hash of this browser's token; ``now`` is aware.
    """
    living = [
        row
        for row in rows
        if now < min(row.expires_at, row.created_at + conf.GRANT_LIFETIME)
        and row.last_used_on >= (now - conf.GRANT_IDLE).date()
    ]
    living.sort(key=lambda row: (row.created_at, row.pk), reverse=True)
    found = [
        Known(row.pk, row.label, row.created_at, Grant.Method(row.method), bool(here) and row.token_hash == here)
        for row in living[:_MOST_SHOWN]
    ]
    return sorted(found, key=lambda device: not device.is_this)


def end(order: Order, pk: int) -> None:
    """End one device's view of this order; another order's grant stays."""
    Grant.objects.filter(order=order, pk=pk).delete()


def end_others(request: HttpRequest, order: Order) -> None:
    """End the view of this order on every device but this one."""
    Grant.objects.filter(order=order).exclude(device__token_hash=devices.token_hash(request)).delete()


def end_all(order: Order) -> None:
    """End the view of this order on every device."""
    Grant.objects.filter(order=order).delete()


def give(request: HttpRequest, response: HttpResponseBase, order: Order, method: Grant.Method) -> tuple[Grant, bool]:
    """Make this browser private for the order, under a new token, and say whether it was not before.

    Its grants for other orders stay.
    """
    now = timezone.now()
    digest = OrderContact.objects.filter(order=order).values_list("email_digest", flat=True).first() or ""
    with transaction.atomic():
        device, token = devices.renew(request)
        grant, is_new = Grant.objects.update_or_create(
            device=device,
            order=order,
            defaults={
                "method": method,
                "email_digest": digest,
                "created_at": now,
                "last_used_on": now.date(),
                "expires_at": now + conf.GRANT_LIFETIME,
            },
        )
    devices.remember(request, response, token)
    return grant, is_new


def forget(request: HttpRequest, response: HttpResponseBase, order: Order) -> None:
    """Take this browser's grant for the order away; with the last one goes the device."""
    token_hash = devices.token_hash(request)
    if not token_hash:
        return
    with transaction.atomic():
        Grant.objects.filter(device__token_hash=token_hash, order=order).delete()
        if not Grant.objects.filter(device__token_hash=token_hash).exists():
            Device.objects.filter(token_hash=token_hash).delete()
            devices.drop(request, response)
