"""The Wagtail Site that an order belongs to, and the orders that belong to one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from wagtail.models import Site

from ..tracking.models import Order

_kept: ContextVar[dict[int | None, Site | None] | None] = ContextVar("order_status_sites", default=None)


def site_of(order: Order) -> Site | None:
    """Return the order's site, else the default one."""
    if order.site_id is not None and Order.site.is_cached(order):
        return order.site
    return site(order.site_id)


def site(pk: int | None) -> Site | None:
    """Return the site with this key, the default one for None."""
    kept = _kept.get()
    if kept is not None and pk in kept:
        return kept[pk]
    found = Site.objects.filter(**({"pk": pk} if pk is not None else {"is_default_site": True})).first()
    if kept is not None:
        kept[pk] = found
    return found


def asked(request: HttpRequest) -> int | None:
    """Return the key of the Wagtail Site that a request is for, None where there is none."""
    found = Site.find_for_request(request)
    return found.pk if found else None


#: Orders that name a site come before those that name none.
OWN_FIRST = F("site").desc(nulls_last=True)


def orders_at(orders: QuerySet[Order], site_id: int | None) -> QuerySet[Order]:
    """Return those of these orders that a site's visitors can find: its own, and those whose shop names no site."""
    return orders.filter(Q(site=site_id) | Q(site=None))


@contextmanager
def kept_sites() -> Iterator[None]:
    """Read each site once in this block: for what handles many orders in a moment."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)
