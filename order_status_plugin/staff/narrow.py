"""From all orders to the few that staff look for: by number, by a customer's email, or because something is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from ..backends import get_host
from ..carriers import catalogue
from ..conf import conf
from ..events import Headline, OrderState, Overlay, ParcelStatus
from ..exceptions import BackendError
from ..messages.models import OutboxMessage
from ..tracking.contact import email_digests, normalise_email
from ..tracking.models import MOVING, Fulfillment, Order, OrderContact, OrderLine, Parcel, TrackingEvent

#: As many orders as one number or one address finds, and as are read before they are looked at.
MOST = 1_000
#: As far as a list counts.
COUNTED = 10_000


class Counted:
    """A paginator that counts to ``COUNTED`` and no further: among a million orders nobody turns to page 40,000."""

    object_list: Any

    @cached_property
    def count(self) -> int:
        """Return how many there are, or ``COUNTED``."""
        rows = self.object_list
        return rows.order_by()[:COUNTED].count() if isinstance(rows, QuerySet) else len(rows)


def asked(text: str) -> str:
    """Return what somebody wrote into a search, as far as a database can be asked for it."""
    return text.replace("\0", "").strip()[:190]


def by_number(number: str) -> list[int]:
    """Return the orders with this number, reference or tracking number, in any spelling: each by an index, at most MOST."""
    if not (number := asked(number)):
        return []
    parcel = catalogue.normalise_number(number)
    found: list[QuerySet[Any, int]] = [
        Order.objects.filter(number_key__in=_keys(number)).values_list("pk", flat=True),
        Order.objects.filter(host__in=list(conf.HOSTS), reference=number).values_list("pk", flat=True),
    ]
    if parcel:
        found.append(Parcel.objects.filter(number_key=parcel).values_list("order_id", flat=True))
    return list(dict.fromkeys(pk for rows in found for pk in rows.order_by()[:MOST]))


def _keys(number: str) -> set[str]:
    """Return the forms in which the hosts keep this order number."""
    keys = {number.casefold()}
    for alias in conf.HOSTS:
        try:
            keys.add(get_host(alias).normalise_number(number))
        except (KeyError, BackendError):
            continue
    return keys - {""}


def digests_of(email: str) -> list[str]:
    """Return under what an address is known here, none for what is no address. A digest names nobody: it may stand in a URL."""
    return list(email_digests(email)) if normalise_email(email) else []


def by_digest(digests: Iterable[str]) -> list[int]:
    """Return the orders whose customer has an address with one of these digests, at checkout or now: at most MOST."""
    known = list(digests)
    asked = (Q(email_digest__in=known), Q(checkout_email_digest__in=known))
    return list(
        dict.fromkeys(
            pk
            for where in asked
            for pk in OrderContact.objects.filter(where).order_by().values_list("order_id", flat=True)[:MOST]
        )
    )


def carried_by(orders: QuerySet[Order], carrier: str) -> QuerySet[Order]:
    """Keep the orders that this carrier brings something of."""
    return orders.filter(Exists(Parcel.objects.filter(order=OuterRef("pk"), carrier=carrier, is_withdrawn=False)))


def _with(orders: QuerySet[Order], rows: QuerySet[Any]) -> QuerySet[Order]:
    """Keep the orders that have one of these rows.

    Few are read before the orders are: in one query with them the database may take every order, newest first, and look
    for such a row at each. Of many it finds the newest in just that way.
    """
    few = list(rows.order_by().values_list("order_id", flat=True)[: MOST + 1])
    if len(few) <= MOST:
        return orders.filter(pk__in=few)
    return orders.filter(Exists(rows.filter(order=OuterRef("pk"))))


def stalled(orders: QuerySet[Order], now: dt.datetime | None = None) -> QuerySet[Order]:
    """Keep the orders of which something is sent and followed, and has not been heard of for ``STALLED_SILENT``."""
    before = (now or timezone.now()) - conf.STALLED_SILENT
    heard = TrackingEvent.objects.filter(parcel=OuterRef("pk"), received_at__gt=before)
    silent = Parcel.objects.filter(
        ~Exists(heard),
        status__in=[status.value for status in MOVING],
        is_withdrawn=False,
        fulfillment__is_cancelled=False,
        fulfillment__sent_at__lte=before,
    ).exclude(source="")
    return _with(orders.filter(erased_at=None), silent)


def exceptional(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Keep the orders with a parcel that is lost, or in trouble as its carrier says."""
    # By the few that were cancelled: a join would read every fulfillment there is.
    cancelled = Fulfillment.objects.filter(pk=OuterRef("fulfillment"), is_cancelled=True)
    wrong = Parcel.objects.filter(
        Q(overlay=Overlay.EXCEPTION) | Q(status=ParcelStatus.LOST), ~Exists(cancelled), is_withdrawn=False
    )
    return _with(orders, wrong)


def unsent(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Keep the open orders of which nothing was sent, and something must be."""
    sent = Fulfillment.objects.filter(order=OuterRef("pk"), is_cancelled=False)
    to_send = OrderLine.objects.filter(order=OuterRef("pk"), is_physical=True, quantity__gt=0)
    return orders.filter(
        Exists(to_send), ~Exists(sent), headline=Headline.CONFIRMED, state=OrderState.OPEN, erased_at=None
    )


def late(orders: QuerySet[Order], now: dt.datetime | None = None) -> QuerySet[Order]:
    """Keep of those the ones that were placed more than ``STALLED_UNSENT`` ago."""
    return unsent(orders).filter(placed_at__lte=(now or timezone.now()) - conf.STALLED_UNSENT)


def untold(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Keep the orders with a message that was given up, or may not have arrived."""
    stuck = OutboxMessage.objects.filter(state__in=STUCK)
    return _with(orders, stuck)


STUCK = (OutboxMessage.State.DEAD, OutboxMessage.State.UNKNOWN)

#: What needs somebody's eyes: a word for the address, its name, and what keeps such orders.
NEEDS: dict[str, tuple[str | Promise, Callable[[QuerySet[Order]], QuerySet[Order]]]] = {
    "stalled": (_("Stalled: no news of a parcel"), stalled),
    "late": (_("Not sent for too long"), late),
    "unsent": (_("Not sent yet"), unsent),
    "exception": (_("Problem with a parcel"), exceptional),
    "untold": (_("Message not sent"), untold),
}
