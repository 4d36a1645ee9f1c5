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

from ..conf import conf
from . import epoch
from .audience import Audience
from .layout import page_model
from .models import ContentEpoch
from .special import SpecialMessage
from .texts import MessageText


def run() -> int:
    """Do what is due; return how many rows changed. Repeating it, also at once, changes nothing."""
    now = timezone.now()
    changed = sum(_expire(model, now) + _publish(model, now) for model in _models())
    _begin_at_edges(now)
    return changed


def _begin_at_edges(now: dt.datetime) -> None:
    """Begin a new epoch where a day came since the last one on which an audience begins or ends.

    Pages that are asked for know the day themselves: this is for those that are open.
    """
    zone = conf.zone()
    since = ContentEpoch.objects.values_list("changed_at", flat=True).first()
    today = now.astimezone(zone).date()
    if since is None or (last := since.astimezone(zone).date()) >= today:
        return
    edges = (audience.next_day_of_change(last) for audience in _audiences())
    if any(day is not None and day <= today for day in edges):
        with transaction.atomic():
            # One of several workers does it: for the others the epoch is of today.
            if ContentEpoch.objects.select_for_update().filter(changed_at=since).exists():
                epoch.begin()


def _audiences() -> Iterator[Audience]:
    for given in SpecialMessage.objects.filter(live=True).exclude(audience={}).values_list("audience", flat=True):
        yield Audience.of(given)
    if (page := page_model()) is not None:
        for one in page._default_manager.live():
            for child in one.layout.raw_data:
                value = child.get("value")
                yield Audience.of(value.get("audience") if isinstance(value, dict) else None)


def _models() -> Iterator[Any]:
    yield SpecialMessage
    yield MessageText
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
