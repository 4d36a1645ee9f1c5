"""The edges of time that editors set: what is due goes live, what has expired goes, and open pages hear of it.

Wagtail leaves this to its command ``publish_scheduled``, which nothing runs by itself. The worker does it for what stands
on our pages; running the command too changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from wagtail.models import Revision

from .layout import page_model
from .special import SpecialMessage


def run() -> int:
    """Do what is due; return how many rows changed. Repeating it, also at once, changes nothing."""
    now = timezone.now()
    return sum(_expire(model, now) + _publish(model, now) for model in _models())


def _models() -> Iterator[Any]:
    yield SpecialMessage
    if (page := page_model()) is not None:
        yield page


def _expire(model: Any, now: dt.datetime) -> int:
    expired = 0
    for pk in model._default_manager.filter(live=True, expire_at__lte=now).values_list("pk", flat=True):
        with transaction.atomic():
            row = model._default_manager.select_for_update(of=("self",)).filter(pk=pk, live=True, expire_at__lte=now)
            if (one := row.first()) is not None:
                one.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
                expired += 1
    return expired


def _publish(model: Any, now: dt.datetime) -> int:
    published = 0
    due = Revision.objects.filter(
        approved_go_live_at__lte=now, content_type=ContentType.objects.get_for_model(model, for_concrete_model=False)
    ).order_by("approved_go_live_at")
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic():
            one = due.select_for_update(of=("self",)).filter(pk=pk).first()
            if one is not None:
                one.publish(log_action="wagtail.publish.scheduled")
                published += 1
    return published
