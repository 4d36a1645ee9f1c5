"""Devices that asked to be told of an order, on the channels that have no address at checkout.

A subscription is a capability: who has it can make a device ring. It is kept as personal data, never shown whole, and
emptied when its push service says that nobody listens there any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..exceptions import OrderStatusError
from ..tracking.models import Order
from .recipient import known

#: Devices of one order on one channel: a household with spare phones, and no more that a stranger could add.
MOST = 20
#: That a device still listens is noted once in this time.
_ONE_USE = dt.timedelta(days=1)


class Subscription(models.Model):
    """One device that asked to be told of one order."""

    order = models.ForeignKey(
        "order_status_plugin.Order", on_delete=models.CASCADE, related_name="subscriptions", db_index=False
    )
    channel = models.CharField(_("channel"), max_length=40)
    #: Of the recipient, under the key that signed when it was made: it stays, so that a new key makes no news old.
    digest = models.CharField(max_length=80)
    #: What the channel sends to, in its spelling; "" once it is gone.
    recipient = models.TextField(blank=True)
    #: In which its owner reads the page.
    language = models.CharField(_("language"), max_length=20)
    created_at = models.DateTimeField(_("created"))
    #: When the device was last on the page with it, to the day.
    last_used_at = models.DateTimeField(_("last used"))
    gone_at = models.DateTimeField(_("gone"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = (
            models.UniqueConstraint(fields=("order", "channel", "digest"), name="order_status_subscription_once"),
        )
        indexes = (models.Index(fields=("channel", "digest"), name="order_status_subscription_who"),)

    def __str__(self) -> str:
        return f"{self.channel} of order {self.order_id}"


class TooManyDevices(OrderStatusError):
    """As many devices as there may be are told of this order already."""


def addresses(order_pk: int, channel_alias: str) -> list[tuple[str, str]]:
    """Return recipient and digest of every device that is to be told of this order on this channel."""
    return list(_living(order_pk, channel_alias).order_by("pk").values_list("recipient", "digest"))


def digests_of(order: Order) -> list[str]:
    """Return the digests of every device that is, or was, told of this order."""
    return list(Subscription.objects.filter(order=order).values_list("digest", flat=True))


class Device(NamedTuple):
    """Where a device is reached, and in which language it is told."""

    recipient: str
    language: str


def devices(channel_alias: str, order_pks: Collection[int]) -> dict[tuple[int, str], Device]:
    """Return the devices that are told of these orders on this channel, by order and digest: one query."""
    rows = Subscription.objects.filter(order__in=order_pks, channel=channel_alias, gone_at=None)
    return {
        (order, digest): Device(recipient, language)
        for order, digest, recipient, language in rows.values_list("order_id", "digest", "recipient", "language")
    }


def add(order: Order, channel_alias: str, recipient: str, language: str) -> None:
    """Tell this device of the order from now on; one that is told already stays once. Raises TooManyDevices."""
    now = timezone.now()
    known_as = known(channel_alias, recipient)
    said = {"recipient": recipient, "language": language, "last_used_at": now, "gone_at": None}
    with transaction.atomic():
        # One after the other, so that many at once are not more than there may be, and none outlives an erasure.
        if Order.objects.select_for_update().filter(pk=order.pk, erased_at=None).first() is None:
            return
        mine = Subscription.objects.filter(order=order, channel=channel_alias, digest__in=known_as)
        if mine.update(**said):
            return
        if _living(order.pk, channel_alias).count() >= MOST:
            raise TooManyDevices
        Subscription.objects.create(order=order, channel=channel_alias, digest=known_as[0], created_at=now, **said)


def remove(order: Order, channel_alias: str, recipient: str) -> None:
    """Tell this device of the order no more. It may still be told of others."""
    digests_of_it = known(channel_alias, recipient)
    Subscription.objects.filter(order=order, channel=channel_alias, digest__in=digests_of_it).delete()


def of_order(order: Order) -> models.QuerySet[Subscription]:
    """Return the devices that are told of the order, or were, the latest first."""
    return Subscription.objects.filter(order=order).order_by("-created_at", "-pk")


def forget(order: Order, pks: Collection[int]) -> int:
    """Tell these of the order's devices no more; return how many still were. A device may ask again."""
    mine = Subscription.objects.filter(order=order, pk__in=pks)
    listened = mine.filter(gone_at=None).count()
    mine.delete()
    return listened


def end(order: Order) -> None:
    """Tell no device of the order any more, until it asks again."""
    Subscription.objects.filter(order=order).delete()


def is_on(order: Order, channel_alias: str, recipient: str) -> bool:
    """Say whether this device is told of the order, and note once a day that it is still there."""
    mine = _living(order.pk, channel_alias).filter(digest__in=known(channel_alias, recipient))
    last_used_at = mine.values_list("last_used_at", flat=True).first()
    if last_used_at is None:
        return False
    now = timezone.now()
    if last_used_at < now - _ONE_USE:
        mine.update(last_used_at=now)
    return True


def replace(channel_alias: str, old: str, new: str) -> int:
    """Put a device's new recipient where its old one stood, for every order; return how many were told there."""
    known_as = known(channel_alias, new)
    moved = 0
    with transaction.atomic():
        held = Subscription.objects.select_for_update().filter(
            channel=channel_alias, digest__in=known(channel_alias, old), gone_at=None
        )
        for row in held.order_by("pk"):
            others = Subscription.objects.filter(order=row.order_id, channel=channel_alias, digest__in=known_as)
            others.exclude(pk=row.pk).delete()
            row.digest, row.recipient, row.last_used_at = known_as[0], new, timezone.now()
            row.save(update_fields=["digest", "recipient", "last_used_at"])
            moved += 1
    return moved


def gone(channel_alias: str, digest: str) -> None:
    """Forget where this device was reached, whatever it was told of: nobody listens there any more."""
    rows = Subscription.objects.filter(channel=channel_alias, digest=digest, gone_at=None)
    rows.update(gone_at=timezone.now(), recipient="")


def _living(order_pk: int, channel_alias: str) -> models.QuerySet[Subscription]:
    return Subscription.objects.filter(order=order_pk, channel=channel_alias, gone_at=None)
