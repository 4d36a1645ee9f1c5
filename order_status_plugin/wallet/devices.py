"""Which devices hold which orders: beside a subscription, by which the device is told, the name that it asks by."""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction

from ..keys import digests
from ..messages import subscriptions
from ..messages.subscriptions import Subscription
from ..tracking.models import Order

#: An order may be written a little before its change can be read: what is so old is named once more, and is a 304.
GRACE = dt.timedelta(seconds=10)


class WalletRegistration(models.Model):
    """One device that holds one order. It goes with its subscription."""

    subscription = models.OneToOneField(Subscription, primary_key=True, on_delete=models.CASCADE, related_name="wallet")
    #: Of the name that Wallet made up for the device: who knows it learns which orders the device holds.
    device_digest = models.CharField(max_length=80, editable=False)

    class Meta:
        indexes = (models.Index(fields=("device_digest",), name="order_status_wallet_device"),)

    def __str__(self) -> str:
        return f"wallet of subscription {self.pk}"


def register(order: Order, alias: str, device: str, push_token: str, language: str) -> bool:
    """Tell this device of the order; say whether it is new. Raises TooManyDevices.

    ``push_token`` is as the channel spells it. A device whose token changed is told by the new one.
    """
    with transaction.atomic():
        held = list(_of(order, alias, device).select_related("subscription"))
        known = {each.subscription.recipient for each in held if each.subscription.gone_at is None}
        Subscription.objects.filter(
            pk__in=[each.pk for each in held if each.subscription.recipient != push_token]
        ).delete()
        subscriptions.add(order, alias, push_token, language)
        row = Subscription.objects.filter(order=order, channel=alias, recipient=push_token).first()
        if row is not None:
            name = _digests(alias, device)[0]
            WalletRegistration.objects.update_or_create(subscription=row, defaults={"device_digest": name})
    return not known


def unregister(order: Order, alias: str, device: str) -> None:
    """Tell this device of the order no more."""
    Subscription.objects.filter(wallet__in=_of(order, alias, device)).delete()


def changed(alias: str, device: str, since: dt.datetime | None) -> list[str]:
    """Return the locators of the orders that this device holds and that changed ``since``, or of all."""
    orders = Order.objects.filter(
        subscriptions__channel=alias,
        subscriptions__gone_at=None,
        subscriptions__wallet__device_digest__in=_digests(alias, device),
        erased_at=None,
    )
    if since is not None:
        orders = orders.filter(changed_at__gt=since - GRACE)
    return list(orders.order_by("pk").values_list("locator", flat=True).distinct())


def _of(order: Order, alias: str, device: str) -> models.QuerySet[WalletRegistration]:
    return WalletRegistration.objects.filter(
        subscription__order=order, subscription__channel=alias, device_digest__in=_digests(alias, device)
    )


def _digests(alias: str, device: str) -> list[str]:
    return digests("wallet device", alias, device)
