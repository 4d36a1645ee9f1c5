"""Orders of a shop that wraps gifts, and shipping events whose notes may be missing."""

from __future__ import annotations

from django.db import models
from oscar.apps.order.abstract_models import AbstractOrder, AbstractShippingEvent


class Order(AbstractOrder):
    is_gift = models.BooleanField(default=False)


class ShippingEvent(AbstractShippingEvent):
    notes = models.TextField(null=True, blank=True)  # noqa: DJ001 - shops do
    packed_by = models.CharField(max_length=100, blank=True)


from oscar.apps.order.models import *  # noqa: E402, F403
