"""Registers the staff lists in Django's admin, and hands them what they may call."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet

from .access.api_keys import ApiKey
from .access.models import AuditEntry, StaffView
from .carriers.models import MerchantCarrier
from .flow import OUTBOX, POLLS, replay_inbox
from .hosts.installed import Installation
from .intake.models import InboxMessage
from .messages import breaker as channels
from .messages.models import ChannelState, OutboxMessage
from .messages.suppression import Suppression
from .outgoing.models import WebhookDelivery, WebhookEndpoint
from .polling import breaker, follow
from .polling.models import Poll, SourceState
from .staff.boxes import ChannelStateAdmin, InboxAdmin, OutboxAdmin
from .staff.installs import InstallAdmin
from .staff.keys import KeyAdmin
from .staff.log import AuditAdmin, StaffViewAdmin
from .staff.messages import SuppressionAdmin
from .staff.orders import OrderAdmin, ParcelAdmin
from .staff.own_carriers import MerchantCarrierAdmin
from .staff.polls import PollAdmin, SourceStateAdmin
from .staff.webhooks import DeliveryAdmin, EndpointAdmin
from .tracking.models import Order, Parcel
from .worker import wake


@admin.register(InboxMessage)
class InboxMessageAdmin(InboxAdmin):
    """The inbox, with replay."""

    replay = staticmethod(replay_inbox)


def ask_now(polls: QuerySet[Poll]) -> int:
    """Make these polls due and wake the worker; return how many there were."""
    count = follow.ask_now(polls)
    wake.wake("polls", POLLS)
    return count


@admin.register(Poll)
class ParcelPollAdmin(PollAdmin):
    """What is asked when, with asking now."""

    ask_now = staticmethod(ask_now)


def close(states: QuerySet[SourceState]) -> int:
    """Close these breakers and wake the worker; return how many there were."""
    count = states.update(**breaker.closed())
    wake.wake("polls", POLLS)
    return count


@admin.register(SourceState)
class AskedSourceAdmin(SourceStateAdmin):
    """The sources that are asked, with closing the breaker."""

    close = staticmethod(close)


def try_now(states: QuerySet[ChannelState]) -> int:
    """Close these breakers and wake the worker; return how many there were."""
    count = states.update(**channels.closed())
    wake.wake("outbox", OUTBOX)
    return count


@admin.register(ChannelState)
class UsedChannelAdmin(ChannelStateAdmin):
    """The channels that failed, with trying them now."""

    close = staticmethod(try_now)


admin.site.register(OutboxMessage, OutboxAdmin)
admin.site.register(Suppression, SuppressionAdmin)
admin.site.register(Order, OrderAdmin)
admin.site.register(Parcel, ParcelAdmin)
admin.site.register(MerchantCarrier, MerchantCarrierAdmin)
admin.site.register(AuditEntry, AuditAdmin)
admin.site.register(StaffView, StaffViewAdmin)
admin.site.register(ApiKey, KeyAdmin)
admin.site.register(WebhookEndpoint, EndpointAdmin)
admin.site.register(WebhookDelivery, DeliveryAdmin)
for model in apps.get_app_config("order_status_plugin").get_models():
    if issubclass(model, Installation):
        admin.site.register(model, InstallAdmin)
