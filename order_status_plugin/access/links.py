"""The link of an order: where its page is. A locator, never a key; derived, never stored."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from wagtail.models import Site

from ..backends import all_hosts, get_host
from ..conf import conf
from ..keys import Key, keys_numbered, signing_key
from ..tracking.locator import SIZE as LOCATOR_SIZE
from ..tracking.locator import called, locator_for
from ..tracking.models import Order
from .site import kept_sites, site_of
from .site import site as site_with

logger = logging.getLogger(__name__)

#: key number (2 bytes), link version (2), locator (12), MAC (16)
_MAC_SIZE = 16
_SIZE = 2 + 2 + LOCATOR_SIZE + _MAC_SIZE
#: Characters of a link: every one has exactly so many.
LENGTH = -(-_SIZE * 4 // 3)


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says once its signature was checked: which order, in which version of its link."""

    locator: str
    version: int


def _signature(key: Key, locator: bytes, version: bytes) -> bytes:
    return key.mac("link", locator, version)[:_MAC_SIZE]


def _write(locator: str, version: int) -> str:
    key = signing_key()
    where, which = base64.urlsafe_b64decode(locator), version.to_bytes(2, "big")
    token = key.number.to_bytes(2, "big") + which + where + _signature(key, where, which)
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def link_for(order: Order) -> str:
    """Return the link of an order: 43 characters of ``A-Za-z0-9_-``."""
    return _write(order.locator, order.link_version)


def link_for_reference(host_alias: str, reference: str) -> str:
    """Return the link of a host's order, also before any row of ours exists.

    It may be called in the transaction that places the order: a template or a mail of the host can print it there.
    """
    locator, version, _site = _known(host_alias, reference)
    return _write(locator, version)


def _known(host_alias: str, reference: str) -> tuple[str, int, int | None]:
    """Return locator, version and site of a host's order, also where our tables are out of reach.

    The shop's own transaction is around this, as often as not: a failed query must not abort it.
    """
    rows = Order.objects.filter(host=host_alias, reference=reference)
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            found = rows.values_list("locator", "link_version", "site_id", "read_at").first()
            # Nobody has read the order yet, so that no row says whose it is: the shop knows.
            site = found[2] if found and found[3] else _host_site(host_alias, reference)
    except DatabaseError:
        logger.exception(
            "the link of order %s of %s is printed without its row", called(host_alias, reference), host_alias
        )
        found, site = None, None
    locator, version = found[:2] if found else (locator_for(host_alias, reference), 1)
    return locator, version, site


def _host_site(host_alias: str, reference: str) -> int | None:
    return get_host(host_alias).site_of(reference) if host_alias in conf.HOSTS else None


def read_link(token: str) -> Link | None:
    """Return what a link says, None when it is not one of ours. Reads no row.

    A malformed one costs the same work as a well-formed wrong one.
    """
    raw = _decode(token)
    well_formed = len(raw) == _SIZE
    if not well_formed:
        raw = bytes(_SIZE)
    number, version, locator, given = raw[:2], raw[2:4], raw[4:-_MAC_SIZE], raw[-_MAC_SIZE:]
    genuine = False
    for key in keys_numbered(int.from_bytes(number, "big")) or (signing_key(),):
        is_named = key.number == int.from_bytes(number, "big")
        genuine |= hmac.compare_digest(_signature(key, locator, version), given) and is_named
    if not (genuine and well_formed):
        return None
    return Link(base64.urlsafe_b64encode(locator).decode(), int.from_bytes(version, "big"))


def _decode(token: str) -> bytes:
    """Return the bytes of a token in its one spelling, b"" for anything else."""
    if len(token) != LENGTH:
        return b""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""
    # The last character has bits to spare: without this several links would mean the same order.
    return raw if base64.urlsafe_b64encode(raw).decode().rstrip("=") == token else b""


def resolve(token: str) -> Order | None:
    """Return the order of a link; None for unknown, wrong and revoked ones. One query at the most."""
    link = read_link(token)
    if link is None:
        return None
    # The page names the shop by its site.
    return Order.objects.select_related("site").filter(locator=link.locator, link_version=link.version).first()


def channel_of(locator: str, version: int) -> str:
    """Return the name under which changes of this order are published: a revoked link hears nothing."""
    return hashlib.sha256(f"order-status\x00{locator}\x00{version}".encode()).hexdigest()[:32]


def path_of(link: str) -> str:
    """Return the path of the page that a link opens."""
    return reverse("order_status:order", kwargs={"link": link})


def order_path(order: Order) -> str:
    """Return the path of an order's page."""
    return path_of(link_for(order))


def order_url(order: Order) -> str:
    """Return the absolute address of an order's page."""
    return url_of(order, order_path(order))


def url_of(order: Order, path: str) -> str:
    """Return the absolute address of a path of ours that belongs to this order."""
    return _root(site_of(order)) + path


def url_for_reference(host_alias: str, reference: str) -> str:
    """Return the absolute address of a host's order, also before any row of ours exists."""
    locator, version, site = _known(host_alias, reference)
    return _root(site_with(site)) + path_of(_write(locator, version))


def urls_for_references(host_alias: str, references: Iterable[str]) -> dict[str, str]:
    """Return the absolute addresses of many orders of a host, by reference: one query for their rows.

    Those that nobody has read yet ask the shop for their site.
    """
    wanted = list(references)
    rows = Order.objects.filter(host=host_alias, reference__in=wanted)
    known = {row[0]: row[1:] for row in rows.values_list("reference", "locator", "link_version", "site_id", "read_at")}
    found = {}
    with kept_sites():
        for reference in wanted:
            row = known.get(reference)
            # Nobody has read it yet: as in :func:`_known`, the shop knows whose it is.
            locator, version, site = row[:3] if row else (locator_for(host_alias, reference), 1, None)
            if not (row and row[3]):
                site = _host_site(host_alias, reference)
            found[reference] = _root(site_with(site)) + path_of(_write(locator, version))
    return found


def _root(site: Site | None) -> str:
    """Return scheme, host and port of the shop: the setting, else those of the Wagtail Site."""
    if conf.BASE_URL:
        return str(conf.BASE_URL).rstrip("/")
    return str(site.root_url) if site else ""


def identity_of(thing: object) -> tuple[str, str] | None:
    """Return host alias and reference of our own Order or of a shop's order object, None for anything else."""
    if isinstance(thing, Order):
        return thing.host, thing.reference
    for host in all_hosts():
        reference = host.reference_of(thing)
        if reference:
            return host.alias, reference
    return None
