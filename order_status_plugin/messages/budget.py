"""How many messages a channel may send in an hour and in a day: whatever makes us send, it ends at a sum that is known."""

from __future__ import annotations

import datetime as dt

from django.db import models, router, transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from ..channels.base import Channel
from .withheld import Later

SPENT = gettext_noop("The channel has sent what it may for now.")

_LENGTHS = {"hour": dt.timedelta(hours=1), "day": dt.timedelta(days=1)}
#: Counts that are older are of no use to anybody.
_KEPT = dt.timedelta(days=7)


class SentCount(models.Model):
    """How many messages a channel was given in one hour or day of UTC. Counted before the call: a crash frees none."""

    channel = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    begins_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("channel", "period", "begins_at"), name="order_status_sentcount_once"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.period} {self.begins_at:%Y-%m-%d %H:%M}: {self.count}"


def spend(channel: Channel, now: dt.datetime) -> None:
    """Take one message out of every budget of this channel. Raises Later, and takes none, where one is spent.

    However many relays ask at once, no more pass than the budget holds. A message that has to be tried again is taken
    again: its first try may have been paid for.
    """
    limits = {period: limit for period, limit in channel.budget().items() if period in _LENGTHS}
    if not limits:
        return
    with transaction.atomic(using=router.db_for_write(SentCount)):
        for period, limit in sorted(limits.items()):
            begins_at = _begin(period, now)
            row, is_new = SentCount.objects.get_or_create(channel=channel.alias, period=period, begins_at=begins_at)
            if not SentCount.objects.filter(pk=row.pk, count__lt=limit).update(count=F("count") + 1):
                raise Later(begins_at + _LENGTHS[period], SPENT)
            if is_new:
                old = SentCount.objects.filter(channel=channel.alias, period=period, begins_at__lt=now - _KEPT)
                old.delete()


def sent(channel: Channel, now: dt.datetime) -> dict[str, int]:
    """Return how many messages this channel was given in the present hour and day."""
    begins = {period: _begin(period, now) for period in _LENGTHS}
    rows = SentCount.objects.filter(channel=channel.alias, begins_at__in=begins.values())
    counts = {(row.period, row.begins_at): row.count for row in rows}
    return {period: counts.get((period, begins_at), 0) for period, begins_at in begins.items()}


def _begin(period: str, now: dt.datetime) -> dt.datetime:
    begin = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    return begin if period == "hour" else begin.replace(hour=0)
