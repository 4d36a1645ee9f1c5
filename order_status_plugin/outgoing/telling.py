"""Write down what endpoints are to be told, in the transaction that saw it."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from ..tracking.models import Order
from ..worker.wake import wake
from . import kinds
from .models import WebhookDelivery, WebhookEndpoint

if TYPE_CHECKING:
    from ..tracking.milestones import Reached

logger = logging.getLogger(__name__)

#: The dotted path that django-q2 runs.
DRAIN = "order_status_plugin.flow.drain_webhooks"

#: For how many seconds a process believes that it knows the endpoints: an order is recorded without asking for them.
TTL = 5.0

_known: tuple[float, list[WebhookEndpoint]] = (float("-inf"), [])


def milestone(reached: Reached) -> None:
    """Tell of a milestone that is news."""
    if reached.is_news:
        _write(
            reached.order,
            kinds.of(reached.milestone),
            {"milestone": reached.milestone.value, "subject": reached.subject, "occurrence": reached.occurrence},
            reached.happened_at,
        )


def changed(order: Order) -> None:
    """Tell that an order is another than before."""
    _write(order, kinds.CHANGED, {"version": order.version}, timezone.now())


def erased(order: Order) -> None:
    """Tell that an order's person is gone: whoever copied something lets go of it, too."""
    _write(order, kinds.ERASED, {}, timezone.now())


def ping(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """Send something that means nothing, so that somebody can see whether it arrives."""
    row = WebhookDelivery(endpoint=endpoint, kind=kinds.PING, happened_at=timezone.now())
    row.key = row.uuid.hex
    row.save()
    wake("webhooks", DRAIN)
    return row


def replay(deliveries: QuerySet[WebhookDelivery]) -> int:
    """Send these again, under the ids and with the words that they have. Return how many."""
    count = deliveries.exclude(state=WebhookDelivery.State.SUPERSEDED).update(
        state=WebhookDelivery.State.PENDING, attempts=0, due_at=timezone.now(), leased_until=None, reason=""
    )
    wake("webhooks", DRAIN)
    return count


def follow() -> None:
    """Know at once of the endpoints that this process saves."""
    for name, signal in (("save", post_save), ("delete", post_delete)):
        signal.connect(forget, sender=WebhookEndpoint, dispatch_uid=f"order_status.endpoints.{name}")


def forget(**kwargs: Any) -> None:
    """Ask for the endpoints again."""
    global _known
    _known = (float("-inf"), [])


def _endpoints() -> list[WebhookEndpoint]:
    global _known
    until, found = _known
    if time.monotonic() >= until:
        found = list(WebhookEndpoint.objects.filter(is_active=True))
        _known = (time.monotonic() + TTL, found)
    return found


def _write(order: Order, kind: str, detail: Mapping[str, Any], happened_at: dt.datetime) -> None:
    told = [each for each in _endpoints() if kind in each.kinds and (not each.hosts or order.host in each.hosts)]
    if not told:
        return
    about = "\0".join((str(order.pk), kind, *(str(value) for value in detail.values())))
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                endpoint=endpoint,
                order=order,
                kind=kind,
                key=hashlib.sha256(f"{endpoint.pk}\0{about}".encode()).hexdigest(),
                detail=dict(detail),
                happened_at=happened_at,
            )
            for endpoint in told
        ],
        ignore_conflicts=True,  # the same, seen twice
    )
    wake("webhooks", DRAIN)
