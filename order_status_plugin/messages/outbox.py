"""Write down what must be told, in the transaction that saw it: the news and its messages stand or fall together."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_noop

from ..backends import get_channel, get_host
from ..conf import conf
from ..events import Milestone, ParcelStatus
from ..exceptions import BackendError
from ..tracking.models import Order, Parcel
from ..worker.wake import wake
from . import subscriptions
from .models import OutboxMessage
from .person import addressee
from .recipient import known
from .rules import rules_for

if TYPE_CHECKING:
    from ..events import ContactSnapshot
    from ..tracking.milestones import Reached

logger = logging.getLogger(__name__)

#: The dotted path that django-q2 runs to empty the outbox.
DRAIN = "order_status_plugin.flow.drain_outbox"

NOT_NOTIFIED = gettext_noop("The shop chose not to tell the customer about this shipment.")

#: A parcel in one of these tells nothing more, so nobody waits for it.
ENDED = (
    ParcelStatus.DELIVERED,
    ParcelStatus.COLLECTED,
    ParcelStatus.RETURNED,
    ParcelStatus.LOST,
    ParcelStatus.CANCELLED,
)


def write(reached: Reached) -> None:
    """Write one row a recipient for this milestone. The same news, seen again, is the same row."""
    if not _is_told(reached):
        return
    rules = rules_for(reached.order.site_id)
    channels = [alias for alias in conf.CHANNELS if rules.tells(reached.milestone.value, alias)]
    if not channels or reached.happened_at < timezone.now() - rules.max_age():
        return
    contact = addressee(reached.order.pk)
    if contact is None:
        return
    owed = [
        (alias, [(_key(reached, alias, digest), digest) for digest in known_as])
        for alias in channels
        for known_as in _recipients(reached.order, alias, contact)
    ]
    every = [key for _alias, names in owed for key, _digest in names]
    written = set(OutboxMessage.objects.filter(key__in=every).values_list("key", flat=True)) if every else set()
    fresh = [(alias, *names[0]) for alias, names in owed if not written & {key for key, _digest in names}]
    if not fresh:
        return
    now = timezone.now()
    is_quiet = reached.fulfillment is not None and not reached.fulfillment.notify_customer
    due_at = now + (rules.digest_window() if _may_be_joined(reached) else dt.timedelta())
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                key=key,
                order=reached.order,
                milestone=reached.milestone.value,
                subject=reached.subject,
                occurrence=reached.occurrence,
                channel=alias,
                recipient_digest=digest,
                state=OutboxMessage.State.HELD if is_quiet else OutboxMessage.State.PENDING,
                reason=NOT_NOTIFIED if is_quiet else "",
                happened_at=reached.happened_at,
                created_at=now,
                due_at=due_at,
            )
            for alias, key, digest in fresh
        ],
        ignore_conflicts=True,  # two workers that saw the same: the other one's row is as good
    )
    if not is_quiet:
        wake("outbox", DRAIN)


def _is_told(reached: Reached) -> bool:
    order = reached.order
    if not reached.is_news or order.erased_at:
        return False
    return not (reached.milestone is Milestone.CONFIRMED and _host_confirms(order))


def _host_confirms(order: Order) -> bool:
    try:
        return get_host(order.host).sends_confirmation
    except (KeyError, BackendError):
        return False


def _recipients(order: Order, alias: str, contact: ContactSnapshot) -> list[list[str]]:
    """Return every recipient on this channel: its digest under each secret of the ring, the signing one first.

    A rotated secret must not make the same news look new, so an older name of the row counts as well.
    """
    try:
        channel = get_channel(alias)
        if channel.subscribes:
            return [[digest] for _recipient, digest in subscriptions.addresses(order.pk, alias)]
        recipient = channel.recipient(contact)
    except Exception:  # a channel's code is not ours: it must not undo what was recorded
        logger.exception("channel %s could not say where order %s is reached", alias, order.pk)
        return []
    return [known(alias, recipient)] if recipient else []


def _key(reached: Reached, alias: str, digest: str) -> str:
    return key_of(reached.order.pk, reached.milestone.value, reached.subject, reached.occurrence, alias, digest)


def key_of(order: int, milestone: str, subject: str, occurrence: str, channel: str, recipient: str) -> str:
    """Return the key of the message that tells a recipient (by digest) on a channel of this news, and of no other."""
    about = (str(order), milestone, subject, occurrence, channel, recipient)
    return hashlib.sha256("\0".join(about).encode()).hexdigest()[:32]


def _may_be_joined(reached: Reached) -> bool:
    """Say whether a second parcel of this order might soon reach the same: an order with one never waits."""
    if reached.parcel is None and reached.fulfillment is None:
        return False
    others = Parcel.objects.filter(order=reached.order, is_withdrawn=False, fulfillment__is_cancelled=False)
    if reached.parcel is not None:
        return others.exclude(pk=reached.parcel.pk).exclude(status__in=ENDED).exists()
    return others.count() > 1
