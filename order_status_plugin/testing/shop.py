"""The little shop in which a source is tried."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from .. import flow
from ..backends import get_host
from ..events import (
    ContactSnapshot,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
)
from ..intake.models import InboxMessage
from ..tracking.models import Order


class Shop:
    """One order with one parcel on its way, and the source under test; gone again afterwards."""

    _count = itertools.count(1)

    def __init__(self, alias: str, backend: str, options: Mapping[str, Any], *, carrier: str, number: str) -> None:
        """Name the adapter and its options, and the parcel that it follows."""
        self.carrier, self.number = carrier, number
        ours = dict(getattr(settings, "ORDER_STATUS", {}))
        ours["HOSTS"] = {"contract": {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}}
        ours["SOURCES"] = {alias: {"BACKEND": backend, "OPTIONS": dict(options)}}
        self.override = override_settings(ORDER_STATUS=ours)

    def __enter__(self) -> None:
        """Take in an order whose parcel left three days ago."""
        self.override.enable()
        now, reference = timezone.now(), f"contract-{next(self._count)}"
        shelf: Any = get_host("contract")
        shelf.orders["contract", reference] = OrderSnapshot(
            reference=reference,
            number=reference,
            placed_at=now - dt.timedelta(days=4),
            lines=(LineSnapshot(reference="1", title="A thing", quantity=1, total=Decimal("1.00")),),
            contact=ContactSnapshot(),
            fulfillments=(
                FulfillmentSnapshot(
                    reference="1",
                    lines=(("1", 1),),
                    sent_at=now - dt.timedelta(days=3),
                    parcels=(ParcelSnapshot(carrier=self.carrier, tracking_number=self.number),),
                ),
            ),
        )
        flow.take_order("contract", reference, is_import=True)

    def __exit__(self, *error: object) -> None:
        """Take it all away again."""
        InboxMessage.objects.all().delete()
        Order.objects.filter(host="contract").delete()
        self.override.disable()
