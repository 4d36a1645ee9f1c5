"""The devices that an order's news goes to, push and wallet: staff see that there are some, and end them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..access.audit import Action, audit
from ..messages import subscriptions
from ..messages.subscriptions import Subscription
from ..messages.told import label_of
from ..tracking.models import Order
from .deeds import Deed, Given, NothingToDo, OrderForm
from .read_only import ReadOnlyInline

SEE, END = "order_status_plugin.view_subscription", "order_status_plugin.delete_subscription"


@dataclass(frozen=True, slots=True)
class Device:
    """One of them, in words."""

    row: Subscription
    channel: str
    said: str


def devices_of(order: Order) -> list[Device]:
    """Return them, the latest first."""
    return [Device(row, label_of(row.channel), _said(row)) for row in subscriptions.of_order(order)]


def end(order: Order, pks: Collection[int], actor: str) -> str:
    """End these, and write down who did; return what to say. Raises NothingToDo."""
    count = subscriptions.forget(order, pks)
    if not count:
        raise NothingToDo
    audit(Action.SUBSCRIPTION_ENDED, order, actor, str(count))
    return ngettext("%d device is told nothing any more.", "%d devices are told nothing any more.", count) % count


class SubscriptionInline(ReadOnlyInline):
    """A row a device; where it is reached is the device's own."""

    model = Subscription
    fields = ("channel", "language", "created_at", "last_used_at", "gone_at")


class DevicesForm(OrderForm):
    """Which devices are told no more."""

    devices = forms.TypedMultipleChoiceField(label=_("devices"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer those that listen."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["devices"]
        living = [each for each in devices_of(self.order) if each.row.gone_at is None]
        field.choices = [(each.row.pk, f"{each.channel}, {each.said}") for each in living]


def _said(row: Subscription) -> str:
    day = date_format(localtime(row.created_at), "SHORT_DATETIME_FORMAT")
    return gettext("since %(day)s, in %(language)s") % {"day": day, "language": row.language}


def _end(order: Order, actor: str, given: Given) -> str:
    return end(order, given["devices"], actor)


DEVICES_DEED = Deed(
    "devices",
    _("End news on devices"),
    _("These devices are told nothing of this order any more, until their owner asks for it again."),
    _end,
    lambda order: order.erased_at is None and subscriptions.of_order(order).filter(gone_at=None).exists(),
    permission=END,
    form=DevicesForm,
)
