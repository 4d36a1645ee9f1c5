"""Write down what endpoints are to be told, in the transaction that saw it."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


def milestones(reached: Sequence[Reached]) -> None:
    """Tell of the milestones that are news."""
    _write(
        [
            _Event(
                one.order,
                kinds.of(one.milestone),
                {"milestone": one.milestone.value, "subject": one.subject, "occurrence": one.occurrence},
                one.happened_at,
            )
            for one in reached
            if one.is_news
        ]
    )


def changed(orders: Sequence[Order]) -> None:
    """Tell that orders are others than before."""
    now = timezone.now()
    _write([_Event(order, kinds.CHANGED, {"version": order.version}, now) for order in orders])


def erased(order: Order) -> None:
    """Tell that an order's person is gone: whoever copied something lets go of it, too."""
    _write([_Event(order, kinds.ERASED, {}, timezone.now())])


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


@dataclass(frozen=True, slots=True)
class _Event:
    """One thing that endpoints may be told of."""

    order: Order
    kind: str
    detail: Mapping[str, Any]
    happened_at: dt.datetime

    def about(self) -> str:
        """Return what makes it one."""
        return "\0".join((str(self.order.pk), self.kind, *(str(value) for value in self.detail.values())))


def _write(events: Sequence[_Event]) -> None:
    endpoints = _endpoints() if events else []
    rows = [
        WebhookDelivery(
            endpoint=endpoint,
            order=event.order,
            kind=event.kind,
            key=hashlib.sha256(f"{endpoint.pk}\0{event.about()}".encode()).hexdigest(),
            detail=dict(event.detail),
            happened_at=event.happened_at,
        )
        for event in events
        for endpoint in endpoints
        if event.kind in endpoint.kinds and (not endpoint.hosts or event.order.host in endpoint.hosts)
    ]
    if rows:
        WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)  # the same, seen twice
        wake("webhooks", DRAIN)
