"""What providers say became of a message that they took, and what customers answer to one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q, QuerySet
from django.utils import timezone

from ..events import CustomerWord, Delivery, DeliveryReport
from ..exceptions import TemporaryFailure, UnreadableMessage
from . import consent, person, suppression
from .lease import PENDING
from .models import OutboxMessage
from .recipient import known

State = OutboxMessage.State

#: After these nothing is sent there any more.
ENDS = (Delivery.BOUNCED, Delivery.COMPLAINED, Delivery.OPTED_OUT)


def is_ours(alias: str, said: Iterable[DeliveryReport | CustomerWord]) -> bool:
    """Say whether any of this may be about a message of ours: one that we know, or one whose receipt is on its way.

    For doors that a whole project shares: what others mailed to whom is nothing to us.
    """
    try:
        reports = [each for each in said if isinstance(each, DeliveryReport)]
    except UnreadableMessage:  # it names no message
        return False
    if not reports:
        return False
    # Asked for first: whatever ends in between is known by the next question.
    if OutboxMessage.objects.filter(PENDING, channel=alias, attempts__gt=0).exclude(lease="").exists():
        return True
    return any(_about(alias, each).exists() for each in reports)


class UnknownMessage(TemporaryFailure):
    """No message of ours is known to the provider by this id (yet): its receipt may still be on its way."""


def take(alias: str, said: DeliveryReport | CustomerWord) -> None:
    """Keep what was said. The same once more changes nothing; what is older than what is known changes nothing.

    Raises UnknownMessage for a report on a message that we do not know. A bounce counts already: nobody is reached there,
    whosever message it was. Who leaves somebody else's list leaves no other.
    """
    at = min(said.happened_at or timezone.now(), timezone.now())
    if isinstance(said, CustomerWord):
        consent.hear(alias, _known(alias, said.sender), said.word, at)
        return
    rows = list(_about(alias, said))
    if said.delivery in ENDS and (rows or said.delivery is Delivery.BOUNCED):
        for known_as in _ended(alias, said, rows):
            suppression.suppress(alias, known_as, said.delivery, at)
    if not rows:
        raise UnknownMessage
    _store(rows, said, at)


def take_all(alias: str, told: Iterable[DeliveryReport | CustomerWord], received_at: dt.datetime) -> int:
    """Keep all that one webhook says; return how many reports are on messages that we do not know."""
    unknown = 0
    for said in told:
        try:
            take(alias, replace(said, happened_at=said.happened_at or received_at))
        except UnknownMessage:
            unknown += 1
    return unknown


def _known(alias: str, recipient: str) -> list[str]:
    return known(alias, recipient) if recipient.strip() else []


def _ended(alias: str, said: DeliveryReport, rows: list[OutboxMessage]) -> list[list[str]]:
    """Return whom nothing is sent to any more, each by all digests; the rows know where the report does not say."""
    if said.recipient:
        return [_known(alias, said.recipient)]
    return [person.known_as(row) for row in rows if row.told_by_id is None]


def _about(alias: str, said: DeliveryReport) -> QuerySet[OutboxMessage]:
    """Return the row, and those that it told along."""
    mine = Q(provider_id=said.provider_id[:190]) if said.provider_id else Q(pk__in=())
    if said.key:
        mine |= Q(key=said.key) | Q(told_by__key=said.key)
    return OutboxMessage.objects.filter(mine, channel=alias)


def _store(rows: list[OutboxMessage], said: DeliveryReport, at: dt.datetime) -> None:
    mine = OutboxMessage.objects.filter(pk__in=[row.pk for row in rows])
    newer = mine.filter(Q(delivery_at=None) | Q(delivery_at__lte=at))
    # Of two words of one moment the first stays, unless the second ends something.
    if said.delivery not in ENDS:
        newer = newer.exclude(delivery_at=at).exclude(delivery=said.delivery)
    detail = said.detail.replace(said.recipient, "…") if said.recipient else said.detail
    erased = newer.exclude(order__erased_at=None)
    newer.filter(order__erased_at=None).update(delivery=said.delivery, delivery_at=at, delivery_detail=detail[:500])
    erased.update(delivery=said.delivery, delivery_at=at)
    # Whoever doubted that it left knows now.
    mine.filter(state=State.UNKNOWN).update(state=State.SENT, reason="", sent_at=at, provider_id=said.provider_id[:190])
