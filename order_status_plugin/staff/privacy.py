"""What Django's own log of the admin and files of tracking numbers hold of an order: a parcel's name is its number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from ..tracking.dump import dump
from ..tracking.models import Order, Parcel
from .models import NumberImportLine


def export(order: Order) -> dict[str, Any]:
    """Return what was noted, without who did it."""
    columns = ("action_time", "object_repr", "change_message")
    return {
        "staff_log": [row for entries in _entries(order) for row in entries.values(*columns)],
        "number_imports": [dump(line, without=("id", "batch", "says")) for line in _lines(order)],
    }


def erase(order: Order, *, is_thorough: bool) -> None:
    """Leave that something was done, and take away to what by name."""
    for entries in _entries(order):
        entries.update(object_repr="")
    _lines(order).delete()


def _lines(order: Order) -> QuerySet[NumberImportLine]:
    """Return what files said of this order, also where they named it wrongly."""
    numbers = order.parcels.exclude(tracking_number="").values_list("tracking_number", flat=True)
    return NumberImportLine.objects.filter(Q(order=order) | Q(order=None, tracking_number__in=list(numbers)))


def _entries(order: Order) -> Iterator[QuerySet[Any]]:
    """Yield the rows of the log; a project without Django's admin has none."""
    if not apps.is_installed("django.contrib.admin"):
        return
    types = ContentType.objects.get_for_models(Order, Parcel)
    parcels = [str(pk) for pk in order.parcels.values_list("pk", flat=True)]
    yield apps.get_model("admin", "LogEntry")._default_manager.filter(
        Q(content_type=types[Order], object_id=str(order.pk)) | Q(content_type=types[Parcel], object_id__in=parcels)
    )
