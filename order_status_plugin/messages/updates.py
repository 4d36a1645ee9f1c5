"""Orders in wallets follow every change, told or not: one silent push a device, which then fetches the order itself."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from ..backends import get_channel
from ..channels.base import Message
from ..conf import conf
from ..events import Medium
from ..exceptions import BackendError
from ..tracking.models import Order
from ..worker.wake import wake
from .known import Known
from .lease import PENDING
from .models import OutboxMessage
from .notices import Notice
from .outbox import DRAIN, key_of
from .subscriptions import Subscription
from .withheld import NO_DEVICE, OVERTAKEN, Withheld


def owe(orders: Sequence[Order]) -> None:
    """Write one row a device that holds one of these orders, in the transaction that changed them."""
    aliases = wallets()
    if not aliases:
        return
    versions, now = {order.pk: str(order.version) for order in orders}, timezone.now()
    held = Subscription.objects.filter(order__in=versions, channel__in=aliases, gone_at=None).order_by("pk")
    rows = [
        OutboxMessage(
            key=key_of(order, Notice.UPDATE, "order", versions[order], alias, digest),
            order_id=order,
            milestone=Notice.UPDATE,
            subject="order",
            occurrence=versions[order],
            channel=alias,
            recipient_digest=digest,
            happened_at=now,
            created_at=now,
            due_at=now,
        )
        for order, alias, digest in held.values_list("order_id", "channel", "digest")
    ]
    if rows:
        OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
        wake("outbox", DRAIN)


def wallets() -> list[str]:
    """Return the aliases of the channels of this kind."""
    return [alias for alias in conf.CHANNELS if _is_wallet(alias)]


def compose(row: OutboxMessage, known: Known) -> Message:
    """Return the push. Raises Withheld where the device left, or a later push says all that this one would."""
    device = known.device(row)
    if device is None:
        raise Withheld(NO_DEVICE)
    # A later one was written by a later change: it is told after that, as the device looks only once it is told.
    same = {"order": row.order_id, "channel": row.channel, "recipient_digest": row.recipient_digest}
    if OutboxMessage.objects.filter(PENDING, milestone=Notice.UPDATE, pk__gt=row.pk, **same).exists():
        raise Withheld(OVERTAKEN)
    return Message(key=row.key, recipient=device.recipient, subject="", text="", host=row.order.host)


def _is_wallet(alias: str) -> bool:
    try:
        return get_channel(alias).medium is Medium.WALLET
    except (KeyError, BackendError):
        return False
