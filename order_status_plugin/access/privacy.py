"""What access itself holds of an order: who was let in, by whom links were shared, who looked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..tracking.dump import dump
from ..tracking.models import Order
from . import audit, limits
from .models import AttemptCount, AuditEntry, Device, Grant, MailedCode, ShareLink, StaffView

#: What opens something, or only names another row.
_OF_CODE = ("id", "order", "seed", "asked_by")
_OF_LINK = ("id", "order", "locator")


def export(order: Order) -> dict[str, Any]:
    """Return what is kept of the order, by table. Members of staff are not named: that is their data."""
    return {
        "devices": [
            {**dump(grant, without=("id", "device", "order", "email_digest")), "label": grant.device.label}
            for grant in Grant.objects.filter(order=order).select_related("device")
        ],
        "mailed_codes": [dump(row, without=_OF_CODE) for row in MailedCode.objects.filter(order=order)],
        "share_links": [dump(row, without=_OF_LINK) for row in ShareLink.objects.filter(order=order)],
        "attempts": list(AttemptCount.objects.filter(key__in=limits.keys_of(order)).values("window", "count")),
        "staff_views": list(StaffView.objects.filter(order=order).values("viewed_as", "at")),
        "audit": [
            {**dump(row, without=("id", "order", "actor")), "actor": _role(row.actor)}
            for row in AuditEntry.objects.filter(order=order)
        ],
    }


def _role(actor: str) -> str:
    return actor if actor in (audit.CUSTOMER, audit.SYSTEM) else "staff"


def erase(order: Order) -> None:
    """Take away what is personal. Who looked and who erased stays on record, by the order's bare reference."""
    end_access([order.pk])
    limits.unlock(order)


def end_access(orders: Collection[int]) -> None:
    """End everything that let somebody see more of these orders than the public does."""
    devices = set(Grant.objects.filter(order__in=orders).values_list("device_id", flat=True))
    Grant.objects.filter(order__in=orders).delete()
    Device.objects.filter(pk__in=devices, grants=None).delete()
    ShareLink.objects.filter(order__in=orders).delete()
    MailedCode.objects.filter(order__in=orders).delete()
