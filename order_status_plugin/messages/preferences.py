"""What the customer said about being told: read before each message, written by links, page and staff."""

from __future__ import annotations

from django.utils import timezone

from ..tracking.models import Order
from .models import Preference


def is_wanted(order_id: int, channel: str, milestone: str) -> bool:
    """Say whether this order's customer wants this milestone on this channel. Their narrower word wins."""
    said = dict(
        Preference.objects.filter(order_id=order_id, channel=channel, topic__in=("", milestone)).values_list(
            "topic", "is_on"
        )
    )
    return said.get(milestone, said.get("", True))


def choose(order: Order, channel: str, *, is_on: bool, source: Preference.Source, topic: str = "") -> None:
    """Keep the customer's word; the last one counts. For the whole channel it replaces what was said of parts."""
    Preference.objects.update_or_create(
        order=order,
        channel=channel,
        topic=topic,
        defaults={"is_on": is_on, "source": source, "changed_at": timezone.now()},
    )
    if not topic:
        Preference.objects.filter(order=order, channel=channel).exclude(topic="").delete()
