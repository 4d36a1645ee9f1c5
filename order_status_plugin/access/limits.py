"""How often somebody may try: counted in the database, exact however many try at once."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from ..conf import conf
from ..keys import signing_key
from ..tracking.models import Order
from .models import AttemptCount

if TYPE_CHECKING:
    from .identify import Found

#: An address of a visitor or a proxy.
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LIFE = "life"
#: A date, as all limits have one: NULL would make the statements of known and unknown numbers differ.
_NEVER = dt.datetime(3000, 1, 1, tzinfo=dt.UTC)
#: Test messages that one member of staff may send in an hour, and all together in a day.
TRIALS_HOUR, TRIALS_DAY = 30, 200
#: How often a day the link in a message switches messages of one order on again.
RESUMES_DAY = 20


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in a window, for each of these keys."""

    keys: tuple[str, ...]
    window: str
    most: int
    expires_at: dt.datetime


def address_of(request: HttpRequest) -> str:
    """Return whom we count as one visitor: an IPv4 address or an IPv6 /64, "" where there is none.

    ``X-Forwarded-For`` is believed only as far as each hop is one of ``TRUSTED_PROXIES``. A proxy that reaches us
    over a Unix socket has no address: it is trusted when the setting names "unix".
    """
    return _counted(visitor(request))


def address_of_stream(peer: str, forwarded: str) -> str:
    """Return whom we count as one visitor who holds streams open; "" for whom we do not count.

    A proxy that ``TRUSTED_PROXIES`` does not name would be everybody. It is in the shop's own network, so an address
    there is counted only where a proxy says that it is a visitor's.
    """
    said = _said(peer, forwarded)
    address = _parse(said)
    if said == peer and (address is None or address.is_private):
        return ""
    return _counted(address)


def visitor(request: HttpRequest) -> Address | None:
    """Return the visitor's own address, as far as our proxies are believed; None where there is none."""
    return _parse(_said(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")))


def _said(peer: str, forwarded: str) -> str:
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    said = peer
    while hops and _is_trusted(said):
        said = hops.pop()
    return said


def _counted(address: Address | None) -> str:
    if address is None:
        return ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _parse(text: str) -> Address | None:
    if text.startswith("["):  # [2001:db8::1]:443, as some proxies write it
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # 192.0.2.1:443
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _is_trusted(text: str) -> bool:
    proxies = conf.TRUSTED_PROXIES
    if not text:
        return "unix" in proxies
    address = _parse(text)
    return address is not None and any(
        address in ipaddress.ip_network(proxy, strict=False) for proxy in proxies if proxy != "unix"
    )


def digest_of(kind: str, value: str) -> str:
    """Return a key for the table that tells nothing of whom it counts."""
    return f"{kind}:{signing_key().mac('attempts', kind, value).hex()[:40]}"


def identification(subjects: Sequence[str], contact: str, address: str) -> list[Limit]:
    """Return the limits of one attempt to identify, in the order in which they are asked.

    Who is over the limit of an address does not use up an order's tries: a stranger cannot lock an owner out
    from one address for long.
    """
    (hour, next_hour), (day, next_day) = _windows()
    orders = tuple(sorted(subjects))
    # The counter of an order's life goes with the order. Of what is no order's number it would never go: it has a day.
    life_ends = _NEVER if all(key.startswith("order:") for key in orders) else next_day
    return [
        Limit((digest_of("address", address),), hour, conf.LIMIT_ADDRESS_HOUR, next_hour),
        Limit((digest_of("email", contact),), day, conf.LIMIT_EMAIL_DAY, next_day),
        Limit(("all",), hour, conf.LIMIT_GLOBAL_HOUR, next_hour),
        Limit(orders, hour, conf.LIMIT_ORDER_HOUR, next_hour),
        Limit(orders, day, conf.LIMIT_ORDER_DAY, next_day),
        Limit(orders, LIFE, conf.LIMIT_ORDER_LIFE, life_ends),
    ]


def codes(order: int | None, found: Found, address: str) -> tuple[list[Limit], list[Limit]]:
    """Return the limits of asking for a code: the visitor's, and those of the order that is meant.

    They are of their own kind, so that wrong guesses take nobody's codes away.

    Who knows an order's number alone uses up nothing of it: what counts against an order are requests that fit it.
    """
    (hour, next_hour), (day, next_day) = _windows()
    subject = f"code:{order}" if order else f"code:{found.nobody}"
    visitors = [
        Limit((digest_of("code address", address),), hour, conf.LIMIT_ADDRESS_HOUR, next_hour),
        Limit(("all codes",), hour, conf.LIMIT_GLOBAL_HOUR, next_hour),
    ]
    return visitors, [
        Limit((digest_of("code visitor", f"{subject} {address}"),), hour, conf.LIMIT_CODE_VISITOR_HOUR, next_hour),
        Limit((subject,), hour, conf.LIMIT_CODE_ORDER_HOUR, next_hour),
        Limit((subject,), day, conf.LIMIT_CODE_ORDER_DAY, next_day),
    ]


def links(email: str, address: str) -> list[Limit]:
    """Return the limits of asking for the links of an email address."""
    (hour, next_hour), (day, next_day) = _windows()
    return [
        Limit((digest_of("links address", address),), hour, conf.LIMIT_ADDRESS_HOUR, next_hour),
        Limit(("all links",), hour, conf.LIMIT_GLOBAL_HOUR, next_hour),
        Limit((digest_of("links email", email),), day, conf.LIMIT_LINKS_EMAIL_DAY, next_day),
    ]


def feedback(order: Order, address: str) -> list[Limit]:
    """Return the limits of saying how it was: anybody with the link may, and again with another word."""
    (hour, next_hour), (day, next_day) = _windows()
    return [
        Limit((digest_of("feedback address", address),), hour, conf.LIMIT_ADDRESS_HOUR, next_hour),
        Limit(("all feedback",), hour, conf.LIMIT_GLOBAL_HOUR, next_hour),
        Limit((f"feedback:{order.pk}",), day, conf.LIMIT_FEEDBACK_ORDER_DAY, next_day),
    ]


def subscribing(order: Order | None, address: str) -> list[Limit]:
    """Return the limits of having a device told of an order, or no more: anybody with the link may.

    Without an order, those of a device that has a new address and says so.
    """
    (hour, next_hour), (day, next_day) = _windows()
    visitors = [
        Limit((digest_of("push address", address),), hour, conf.LIMIT_ADDRESS_HOUR, next_hour),
        Limit(("all push",), hour, conf.LIMIT_GLOBAL_HOUR, next_hour),
    ]
    return visitors + ([Limit((f"push:{order.pk}",), day, conf.LIMIT_PUSH_ORDER_DAY, next_day)] if order else [])


def resuming(order: Order) -> list[Limit]:
    """Return the limits of switching messages on again by the link in one; to switch them off there is none."""
    _hour, (day, next_day) = _windows()
    return [Limit((f"stop:{order.pk}",), day, RESUMES_DAY, next_day)]


def trials(actor: str) -> list[Limit]:
    """Return the limits of sending a test message: a member of staff's, and everybody's."""
    (hour, next_hour), (day, next_day) = _windows()
    return [
        Limit((digest_of("trial", actor),), hour, TRIALS_HOUR, next_hour),
        Limit(("all trials",), day, TRIALS_DAY, next_day),
    ]


def wallet_log(address: str) -> list[Limit]:
    """Return the limits of telling us what a wallet could not do: anybody may, and it goes into the shop's log."""
    (hour, next_hour), _day = _windows()
    return [
        Limit((digest_of("wallet address", address),), hour, conf.LIMIT_ADDRESS_HOUR, next_hour),
        Limit(("all wallets",), hour, conf.LIMIT_GLOBAL_HOUR, next_hour),
    ]


def strangers(address: str) -> list[Limit]:
    """Return the limits of calling the push API with a key that is none, and of bringing an app's token."""
    (hour, next_hour), _day = _windows()
    return [Limit((digest_of("api address", address),), hour, conf.LIMIT_API_STRANGER_HOUR, next_hour)]


def calls(key: int) -> list[Limit]:
    """Return the limits of one key of the push API."""
    (hour, next_hour), _day = _windows()
    return [Limit((f"api key:{key}",), hour, conf.LIMIT_API_KEY_HOUR, next_hour)]


def seconds_left() -> int:
    """Return after how many seconds the hour that attempts count in is over."""
    now = timezone.now()
    return 3600 - now.minute * 60 - now.second


def _windows() -> tuple[tuple[str, dt.datetime], tuple[str, dt.datetime]]:
    """Return name and end of the hour, and of the day, that an attempt counts in."""
    now = timezone.now()
    return (
        (f"{now:%Y-%m-%dT%H}", now + dt.timedelta(hours=1)),
        (f"{now:%Y-%m-%d}", now + dt.timedelta(days=1)),
    )


def take(limits: Sequence[Limit]) -> bool:
    """Count one attempt against all limits; False when one of them was reached already.

    From that one on nothing more is counted, and who is over the first, the visitor's own, leaves no row of what was
    typed. The number of statements never differs.
    """
    own, others = limits[0], limits[1:]
    with transaction.atomic():
        AttemptCount.objects.bulk_create(_rows([own]), ignore_conflicts=True)
        is_open = _count(own, is_open=True)
        # In one order everywhere, so that two attempts wait for each other instead of dead-locking.
        rows = sorted(_rows(others), key=lambda row: (row.key, row.window))
        if not is_open:  # as many rows, of which each is there already
            rows = _rows([own])[:1] * len(rows)
        AttemptCount.objects.bulk_create(rows, ignore_conflicts=True)
        for limit in others:
            is_open = _count(limit, is_open=is_open)
    return is_open


def _rows(limits: Sequence[Limit]) -> list[AttemptCount]:
    return [
        AttemptCount(key=key, window=limit.window, expires_at=limit.expires_at)
        for limit in limits
        for key in limit.keys
    ]


def _count(limit: Limit, *, is_open: bool) -> bool:
    """Count against one limit, unless an earlier one was reached; say whether there was room."""
    most = limit.most if is_open else 0
    counted = AttemptCount.objects.filter(key__in=limit.keys, window=limit.window, count__lt=most)
    return counted.update(count=F("count") + 1) == len(limit.keys) and is_open


def give_back(limits: Sequence[Limit]) -> None:
    """Take back what one attempt counted: it was the customer's own, not a guess."""
    with transaction.atomic():
        for limit in limits:
            AttemptCount.objects.filter(key__in=limit.keys, window=limit.window, count__gt=0).update(
                count=F("count") - 1
            )


def keys_of(order: Order) -> list[str]:
    """Return the keys under which attempts at this order are counted."""
    return [f"order:{order.pk}", f"code:{order.pk}", f"feedback:{order.pk}", f"push:{order.pk}", f"stop:{order.pk}"]


def unlock(order: Order) -> int:
    """Forget every attempt at this order, those of its whole life, too; return how many counters there were."""
    return AttemptCount.objects.filter(key__in=keys_of(order)).delete()[0]
