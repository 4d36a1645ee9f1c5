"""Connects the rooms to each other and to :mod:`.flow`, once, when the process starts: nobody else does."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import connection
from django_q.signals import post_spawn
from wagtail.models import Site

from . import hosts, signals
from .access import rooms
from .api import calls, health, storefront
from .backends import all_hosts, get_channel
from .carriers import own
from .carriers.models import MerchantCarrier
from .cms import epoch, heard, images, layout, linked
from .cms import privacy as cms_privacy
from .cms.brand import BrandSettings
from .cms.special import SpecialMessage
from .cms.texts import MessageText
from .conf import conf
from .exceptions import BackendError
from .feedback import privacy as feedback_privacy
from .flow import IMPORTS, INBOX, OUTBOX, POLLS, RETAIN, SCHEDULE, SWEEP, handle_message, hear, nudge
from .intake import privacy as intake_privacy
from .live import publish
from .messages import breaker, consent, outbox, updates
from .messages import privacy as messages_privacy
from .messages.rules import MessageRules
from .outgoing import privacy as outgoing_privacy
from .outgoing import telling
from .page import former
from .page import privacy as page_privacy
from .polling import condition
from .polling import privacy as polling_privacy
from .staff import privacy as staff_privacy
from .tracking import record
from .tracking.models import Order
from .worker import stopping

#: The rooms that hold something of an order beside its own rows: export and erasure ask them, and the adapters that do.
HOLDERS: dict[str, rooms.Room] = {
    "cms": cms_privacy,
    "feedback": feedback_privacy,
    "inbox": intake_privacy,
    "messages": messages_privacy,
    "page": page_privacy,
    "outgoing": outgoing_privacy,
    "polling": polling_privacy,
    "staff": staff_privacy,
}


def connect() -> None:
    """Wire the rooms together: at start-up, once."""
    post_spawn.connect(stopping.listen, dispatch_uid="order_status.stopping")
    epoch.follow(MessageRules)
    record.hear("consent", consent.take)
    record.hear("notes", heard.take)
    record.observe("outbox", outbox.write_all)
    calls.handle_by(handle_message)
    record.observe("webhooks", telling.milestones)
    record.watch("webhooks", telling.changed)
    record.watch("wallets", updates.owe)
    telling.follow()
    health.observe("polling", condition.report)
    health.observe("channels", breaker.report)
    signals.order_changed.connect(_publish, dispatch_uid="order_status.live")
    signals.content_changed.connect(_publish_content, dispatch_uid="order_status.live")
    for name, room in [*HOLDERS.items(), *hosts.parts("privacy")]:
        rooms.register(name, room)
    if (page := layout.page_model()) is not None:
        epoch.follow(page)
    own.follow()
    epoch.follow(MerchantCarrier)
    epoch.follow(SpecialMessage)
    epoch.follow(MessageText)
    epoch.follow(BrandSettings)
    epoch.follow(Site)
    images.follow()
    linked.follow()
    for host in all_hosts():
        host.connect(nudge)
        host.lead_on(partial(former.forward, host.alias))
        host.serve_storefront(storefront.entrance)
    for alias in conf.CHANNELS:
        with contextlib.suppress(BackendError):  # a system check names it
            get_channel(alias).connect(hear)


def _publish_content(sender: object, *, epoch: int, **kwargs: Any) -> None:
    publish.content_changed(epoch)


def _publish(sender: object, *, order: Order, version: int, **kwargs: Any) -> None:
    publish.changed(order, version)


def ensure_schedules(**kwargs: Any) -> None:
    """Create the django-q2 schedules, once and idempotently: after each migrate."""
    from django_q.models import Schedule

    if Schedule._meta.db_table not in connection.introspection.table_names():
        return  # one app is migrated alone: the next migrate makes them

    options: Mapping[str, Any] = conf.Q_OPTIONS
    every = {
        "inbox": (INBOX, 1),
        "outbox": (OUTBOX, 1),
        "polls": (POLLS, 1),
        "imports": (IMPORTS, 5),
        "webhooks": (telling.DRAIN, 1),
        "content": (SCHEDULE, 1),
        "sweep": (SWEEP, 5),
        "retention": (RETAIN, 24 * 60),
    }
    for name, (func, minutes) in every.items():
        Schedule.objects.update_or_create(
            name=f"order_status_{name}",
            defaults={
                "func": func,
                "schedule_type": Schedule.MINUTES,
                "minutes": minutes,
                "repeats": -1,
                "cluster": options.get("cluster"),
            },
        )
