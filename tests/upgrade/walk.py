"""Run with the code of some release against a database of another: the life of one order, by public surfaces alone.

Prints what it saw as JSON. Whatever the database refuses ends it with a traceback.
"""

from __future__ import annotations

import base64
import copy
import datetime as dt
import hashlib
import hmac
import json
import sys

import django

django.setup()

from django.core import mail  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

import order_status_plugin  # noqa: E402
from order_status_plugin import flow  # noqa: E402
from order_status_plugin.access import api_keys  # noqa: E402
from order_status_plugin.api.example import ORDER  # noqa: E402

UPS = "1Z999AA10123456784"


def hours_ago(hours: int) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours)).isoformat(timespec="seconds")


def main() -> None:
    setup_test_environment()
    client = Client()
    _key, text = api_keys.make("push", "walk", api_keys.Scope.values, actor="walk")
    order = {**copy.deepcopy(ORDER), "placed_at": hours_ago(9), "changed_at": hours_ago(1)}
    order["fulfillments"][0]["sent_at"] = hours_ago(2)
    placed = client.put(
        "/orders/api/v1/hosts/push/orders/w-1", json.dumps(order), content_type="application/json",
        headers={"authorization": f"Bearer {text}"},
    )  # fmt: skip
    path = "/orders/" + placed.json()["link"].partition("/orders/")[2]
    scan = {
        "tag": "OutForDelivery", "subtag": "OutForDelivery_001", "checkpoint_time": hours_ago(0),
        "message": "Out for delivery", "city": "Amsterdam", "hash": "h1",
    }  # fmt: skip
    said = {"tracking_number": UPS, "slug": "ups", "tag": "OutForDelivery", "checkpoints": [scan]}
    body = json.dumps({"event": "tracking_update", "event_id": "e1", "msg": said, "ts": 1790000000}).encode()
    mac = hmac.new(b"tests-secret", body, hashlib.sha256).digest()
    scanned = client.post(
        "/orders/hooks/aftership/", body, content_type="application/json",
        headers={"aftership-hmac-sha256": base64.b64encode(mac).decode()},
    )  # fmt: skip
    flow.drain_inbox()
    flow.drain_outbox()
    public = [client.get(path) for _turn in range(2)]
    given = {"number": order["number"], "email": order["contact"]["email"]}
    identified = client.post(f"{path}identify/", given, secure=True)
    private = client.get(path, secure=True)
    flow.sweep()
    flow.retain()
    call_command("order_status_rebuild", verbosity=0)
    call_command("order_status_erase", order=["push", "w-1"], no_input=True, verbosity=0)
    erased = client.get(path)
    sys.stdout.write(
        json.dumps(
            {
                "file": order_status_plugin.__file__,
                "statuses": [placed.status_code, scanned.status_code, identified.status_code, erased.status_code],
                "public": ['data-order-status="out_for_delivery"' in page.content.decode() for page in public],
                "private": order["contact"]["name"] in private.content.decode(),
                "erased": order["contact"]["name"] not in erased.content.decode(),
                "mails": sorted(message.extra_headers["X-Order-Status"] for message in mail.outbox),
            }
        )
    )


if __name__ == "__main__":
    main()
