"""Run by test_processes in processes of their own: one worker that drains the polls of DATABASE_URL's database."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import django
from django.utils import timezone

#: The tables that this needs, each after those that it points to.
TABLES = (
    "Order",
    "OrderLine",
    "OrderContact",
    "Fulfillment",
    "FulfillmentLine",
    "Parcel",
    "TrackingEvent",
    "DeliveryEstimate",
    "InboxMessage",
    "OutboxMessage",
    "Pulse",
    "Poll",
    "SourceState",
)


def prepare() -> None:
    """Make the tables that this needs, and sixty parcels that are due."""
    from django.apps import apps
    from django.db import connection

    from order_status_plugin.polling.models import Poll
    from order_status_plugin.tracking.models import Fulfillment, Order, Parcel

    now = timezone.now()
    for name in TABLES:
        with connection.schema_editor() as editor:
            editor.create_model(_without_sites(apps.get_model("order_status_plugin", name)))
    order = Order.objects.create(
        host="shop", reference="1", locator="l", changed_at=now, last_activity_at=now, placed_at=now
    )
    fulfillment = Fulfillment.objects.create(order=order, reference="f", sent_at=now)
    for number in range(60):
        parcel = Parcel.objects.create(
            order=order,
            fulfillment=fulfillment,
            carrier="ups",
            source="little",
            tracking_number=f"A{number}",
            number_key=f"A{number}",
            position=number,
        )
        Poll.objects.create(parcel=parcel, alias="little", due_at=now, pace=900)
    sys.stdout.write("prepared")


def _without_sites(model: Any) -> Any:
    """Leave the constraint to Wagtail's table out: there is none."""
    for field in model._meta.local_fields:
        if field.remote_field and field.remote_field.model._meta.app_label != "order_status_plugin":
            field.db_constraint = False
    return model


def drain() -> None:
    """Ask, as the worker's task does, again and again for so many seconds, once at least."""
    from order_status_plugin import flow
    from order_status_plugin.polling import run

    asked, end = 0, time.monotonic() + float(os.environ["SECONDS"])
    while True:
        asked += run.drain(ask=flow.ask, register=flow.register).asked
        if time.monotonic() >= end:
            break
    sys.stdout.write(f"{asked}")


def expire() -> None:
    """Let the time of the lease pass."""
    from order_status_plugin.polling.models import SourceState

    SourceState.objects.update(leased_until=timezone.now())
    sys.stdout.write("expired")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from django.conf import settings

    django.setup()
    from django.db import connection

    if connection.vendor == "sqlite":  # as the embedded default runs
        connection.settings_dict["OPTIONS"] = {
            "timeout": 60,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL",
        }
    settings.ORDER_STATUS["SOURCES"] = {
        "little": {
            "BACKEND": "tests.polling.provider.Little",
            "OPTIONS": {"url": sys.argv[2], "budgets": [[1000, 60]]},
        }
    }
    {"prepare": prepare, "drain": drain, "expire": expire}[sys.argv[1]]()


if __name__ == "__main__":
    main()
