"""Order number and email, or phone, open an order on another device. One path, whatever is wrong with them."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ..backends import all_hosts
from ..tracking.contact import email_digests, normalise_email, normalise_phone, phone_digests
from ..tracking.models import Order
from . import limits
from .site import OWN_FIRST, orders_at

#: More orders of one number than any shop has.
_CANDIDATES = 10
#: What mail programs and word processors make of a hyphen.
_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212), "-")


@dataclass(frozen=True, slots=True)
class Found:
    """What two fields mean: the orders that both fit, and whom an attempt with them is counted against."""

    orders: tuple[int, ...]
    subjects: tuple[str, ...]
    contact: str  # what was typed, in one spelling
    nobody: str  # stands for an order where none is meant


def match(order: Order | None, number: str, contact: str, site: int | None = None) -> Found:
    """Return what an order number and an email address or phone number mean.

    ``order`` is the one whose link was used, None at the look-up, which finds the orders of its own ``site`` alone: two
    shops may have one number. Wrong and unknown ones cost the same statements and the same hashes.
    """
    number, contact = _clean(number), _clean(contact)
    emails, phones = email_digests(contact), phone_digests(contact, order.country if order else "")
    nobody = limits.digest_of("number", number.casefold())
    wanted = {host.alias: host.normalise_number(number) for host in all_hosts()}
    found = list(_candidates(order, wanted, site).values_list(*_COLUMNS)[:_CANDIDATES])
    # Every part is always compared, and at least once.
    matches = tuple(
        pk
        for pk, host, key, *kept in found or [(0, "", "", "", "", "", "")]
        if _is_same(key, wanted.get(host, "")) & (_is_any(kept[:2], emails) | _is_any(kept[2:], phones))
    )
    subjects = tuple(sorted(f"order:{pk}" for pk, *_ in found)) or (nobody,)
    return Found(matches, subjects, normalise_phone(contact) or normalise_email(contact), nobody)


def check(order: Order | None, number: str, contact: str, address: str, site: int | None = None) -> Order | None:
    """Return the order that these two open, None for every kind of failure.

    ``address`` is ``limits.address_of`` the visitor, ``site`` as in :func:`match`. Wrong, unknown, locked, erased: the same statements and the same
    hashes. An attempt is counted before anybody learns how it ended; one that was right is given back to its order.
    """
    found = match(order, number, contact, site)
    asked = limits.identification(found.subjects, found.contact, address)
    if not (limits.take(asked) and found.orders):
        return None
    limits.give_back([limit for limit in asked if limit.keys == found.subjects])
    return order or Order.objects.get(pk=found.orders[0])


_COLUMNS = (
    "pk",
    "host",
    "number_key",
    "contact__checkout_email_digest",
    "contact__email_digest",
    "contact__checkout_phone_digest",
    "contact__phone_digest",
)


def _candidates(order: Order | None, wanted: dict[str, str], site: int | None) -> QuerySet[Order]:
    """Return the orders that may be meant. Numbers are not unique, neither across hosts nor in each of them."""
    orders = Order.objects.filter(erased_at=None)
    if order is not None:
        return orders.filter(pk=order.pk)
    where = Q(host="", number_key="")
    for host, key in wanted.items():
        where |= Q(host=host, number_key=key)
    return orders_at(orders.filter(where).exclude(number_key=""), site).order_by(OWN_FIRST, "-pk")


def _clean(text: str) -> str:
    """Return what was typed or pasted in plain characters: no full width, nothing invisible, one kind of hyphen."""
    plain = unicodedata.normalize("NFKC", text[:300]).translate(_DASHES)
    return "".join(" " if char.isspace() else char for char in plain if char.isspace() or char.isprintable()).strip()


def _is_same(kept: str, given: str) -> bool:
    """Compare two order numbers; an order that has none yet is nobody's."""
    return hmac.compare_digest(kept.encode(), given.encode()) & bool(kept)


def _is_any(kept: Iterable[str | None], given: Iterable[str]) -> bool:
    """Say whether one of the digests that are kept is one of those that were given; "" and None never are."""
    candidates = list(given)
    found = False
    for digest in kept:
        for candidate in candidates:
            found |= hmac.compare_digest((digest or "").encode(), candidate.encode())
    return found
