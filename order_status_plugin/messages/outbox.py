"""Write down what must be told, in the transaction that saw it: the news and its messages stand or fall together."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_noop

from ..backends import get_channel, get_host
from ..cms import epoch
from ..conf import conf
from ..events import Medium, Milestone, ParcelStatus
from ..exceptions import BackendError
from ..tracking.models import Parcel
from ..worker.wake import wake
from . import subscriptions
from .models import OutboxMessage
from .person import addressees
from .recipient import known, masked
from .rules import Rules, rules_for

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
    write_all([reached])


def write_all(reached: Sequence[Reached]) -> None:
    """Write one row a recipient for each of these milestones, with a handful of queries for all of them."""
    told = [one for one in reached if _is_told(one)]
    owed = _owed(told) if told else []
    every = [key for one in owed for key, _digest in one.names]
    written = set(OutboxMessage.objects.filter(key__in=every).values_list("key", flat=True)) if every else set()
    fresh = [one for one in owed if not written & {key for key, _digest in one.names}]
    if not fresh:
        return
    others = _others({one.reached.order.pk for one in fresh if one.is_of_a_part})
    now = timezone.now()
    rows = [one.row(now, others.get(one.reached.order.pk, {})) for one in fresh]
    # Two workers that saw the same: the other one's row is as good.
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.state == OutboxMessage.State.PENDING for row in rows):
        wake("outbox", DRAIN)


@dataclass(frozen=True, slots=True)
class _Owed:
    """One milestone for one recipient."""

    reached: Reached
    rules: Rules
    channel: str
    #: Key of the row and digest of the recipient, under each secret of the ring, the signing one first.
    names: list[tuple[str, str]]
    masked: str

    @property
    def is_of_a_part(self) -> bool:
        """Say whether it is about a parcel or an act of sending, of which there may be more."""
        return self.reached.parcel is not None or self.reached.fulfillment is not None

    def row(self, now: dt.datetime, parcels: Mapping[int, str]) -> OutboxMessage:
        """Return the row; ``parcels`` are those of the order that stand, by key, with their status."""
        reached = self.reached
        is_quiet = reached.fulfillment is not None and not reached.fulfillment.notify_customer
        key, digest = self.names[0]
        return OutboxMessage(
            key=key,
            order=reached.order,
            milestone=reached.milestone.value,
            subject=reached.subject,
            occurrence=reached.occurrence,
            channel=self.channel,
            recipient_digest=digest,
            recipient_masked=self.masked,
            state=OutboxMessage.State.HELD if is_quiet else OutboxMessage.State.PENDING,
            reason=NOT_NOTIFIED if is_quiet else "",
            happened_at=reached.happened_at,
            created_at=now,
            due_at=now + (self.rules.digest_window() if self._may_be_joined(parcels) else dt.timedelta()),
        )

    def _may_be_joined(self, parcels: Mapping[int, str]) -> bool:
        """Say whether a second parcel of this order might soon reach the same: an order with one never waits."""
        if self.reached.parcel is not None:
            mine = self.reached.parcel.pk
            return any(pk != mine and status not in ENDED for pk, status in parcels.items())
        return self.is_of_a_part and len(parcels) > 1


def _owed(told: Sequence[Reached]) -> list[_Owed]:
    """Return who is owed what, by the rules of each order's site."""
    number, now = epoch.current(), timezone.now()
    wanted: list[tuple[Reached, Rules, list[str]]] = []
    for one in told:
        rules = rules_for(one.order.site_id, number)
        channels = [alias for alias in conf.CHANNELS if rules.tells(one.milestone.value, alias)]
        if channels and one.happened_at >= now - rules.max_age():
            wanted.append((one, rules, channels))
    contacts = addressees({one.order.pk for one, _rules, _channels in wanted}) if wanted else {}
    return [
        _Owed(one, rules, alias, [(_key(one, alias, digest), digest) for digest in known_as], shown)
        for one, rules, channels in wanted
        if (contact := contacts.get(one.order.pk)) is not None
        for alias in channels
        for known_as, shown in _recipients(one, alias, contact)
    ]


def _others(orders: Collection[int]) -> dict[int, dict[int, str]]:
    """Return the parcels that stand of each of these orders: by key, with their status."""
    found: dict[int, dict[int, str]] = {}
    if orders:
        rows = Parcel.objects.filter(order__in=orders, is_withdrawn=False, fulfillment__is_cancelled=False).order_by()
        for order_id, pk, status in rows.values_list("order_id", "pk", "status"):
            found.setdefault(order_id, {})[pk] = status
    return found


def _is_told(reached: Reached) -> bool:
    return reached.is_news and reached.order.erased_at is None


def _host_mails(reached: Reached) -> bool:
    """Say whether the shop's own mail tells this, with our link in it. It mails: whoever gave a phone hears from us."""
    if reached.milestone is not Milestone.CONFIRMED:
        return False
    try:
        return get_host(reached.order.host).sends_confirmation
    except (KeyError, BackendError):
        return False


def _recipients(one: Reached, alias: str, contact: ContactSnapshot) -> list[tuple[list[str], str]]:
    """Return every recipient on this channel: its digest under each secret of the ring, the signing one first; masked.

    A rotated secret must not make the same news look new, so an older name of the row counts as well.
    """
    try:
        channel = get_channel(alias)
        if channel.medium is Medium.WALLET:
            return []  # it follows each change, see :mod:`.updates`
        if channel.medium is Medium.MAIL and _host_mails(one):
            return []
        if channel.subscribes:
            return [([digest], "") for _recipient, digest in subscriptions.addresses(one.order.pk, alias)]
        recipient = channel.recipient(contact)
    except Exception:  # a channel's code is not ours: it must not undo what was recorded
        logger.exception("channel %s could not say where order %s is reached", alias, one.order.pk)
        return []
    return [(known(alias, recipient), masked(recipient))] if recipient else []


def _key(reached: Reached, alias: str, digest: str) -> str:
    return key_of(reached.order.pk, reached.milestone.value, reached.subject, reached.occurrence, alias, digest)


def key_of(order: int, milestone: str, subject: str, occurrence: str, channel: str, recipient: str) -> str:
    """Return the key of the message that tells a recipient (by digest) on a channel of this news, and of no other."""
    about = (str(order), milestone, subject, occurrence, channel, recipient)
    return hashlib.sha256("\0".join(about).encode()).hexdigest()[:32]
