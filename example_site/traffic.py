"""The simulator of the cluster: orders by the push API, then AfterShip's webhooks about them at a steady rate.

Each event is noted in ``traffic-events.log``: order, when it was sent and answered (seconds of the monotonic clock, which
all processes of a machine share), HTTP status.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import random
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from order_status_plugin.events import TrackingScan

SENDERS = 8
#: Of so many scans one is news that a mail tells: the parcel is out for delivery, or an attempt failed.
NEWS = 20
#: Scans that a webhook repeats, as AfterShip does.
REPEATED = 5
CITIES = ("Porto", "Coimbra", "Leiria", "Santarém", "Lisboa", "Évora", "Beja", "Faro")


@dataclass(slots=True)
class Told:
    """One order, and what was told of its parcel so far."""

    number: str
    tracking_number: str
    link: str = ""
    scans: list[TrackingScan] = field(default_factory=list)
    count: int = 0


def main() -> int:
    """Send until told to stop."""
    base_url, rate, count = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_site.settings")
    import django

    django.setup()
    from django.conf import settings

    var: Path = settings.VAR
    told = place(base_url, count, json.loads((var / "demo.json").read_text())["api_key"])
    draft = var / f"traffic-orders.{os.getpid()}"
    draft.write_text(json.dumps([each.link for each in told]))
    draft.replace(var / "traffic-orders.json")
    if rate <= 0:
        threading.Event().wait()
    with (var / "traffic-events.log").open("w", buffering=1) as log:
        senders = [
            threading.Thread(target=_send, args=(base_url, told, rate / SENDERS, place, log), daemon=True)
            for place in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    return 1


def place(base_url: str, count: int, key: str) -> list[Told]:
    """Place so many orders, each sent an hour ago in one parcel."""
    from order_status_plugin.simulator.numbers import ups_number

    run, told = uuid.uuid4().hex[:6].upper(), []
    connection = _connect(base_url)
    now = dt.datetime.now(dt.UTC)
    for n in range(count):
        each = Told(f"C-{run}-{n:05d}", ups_number())
        order = {
            "number": each.number,
            "placed_at": (now - dt.timedelta(hours=6)).isoformat(),
            "lines": [{"reference": "1", "title": "Stoneware bowl", "quantity": 1, "total": "24.00"}],
            "contact": {"name": f"Customer {n}", "email": f"customer{n}@example.com"},
            "fulfillments": [
                {
                    "reference": "s1",
                    "lines": [{"line": "1", "quantity": 1}],
                    "sent_at": (now - dt.timedelta(hours=1)).isoformat(),
                    "parcels": [{"carrier": "UPS", "tracking_number": each.tracking_number}],
                }
            ],
            "payment": "paid",
            "currency": "EUR",
            "total": "24.00",
            "country": "PT",
            "locale": "en",
        }
        path = f"/orders/api/v1/hosts/push/orders/{each.number.lower()}"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        connection.request("PUT", path, json.dumps(order), headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in {200, 201, 202}:
            raise SystemExit(f"The push API answered {answer.status}: {said[:300]!r}")
        each.link = urlsplit(json.loads(said)["link"]).path
        told.append(each)
    connection.close()
    return told


def _connect(base_url: str) -> http.client.HTTPConnection:
    parts = urlsplit(base_url)
    return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)


def _send(base_url: str, told: list[Told], rate: float, place: int, log: TextIO) -> None:
    """Send this sender's share: its own orders in turn, one event at a time, at a steady pace."""
    mine = told[place::SENDERS]
    connection = _connect(base_url)
    due = time.monotonic() + place / rate / SENDERS
    n = 0
    while True:
        if (left := due - time.monotonic()) > 0:
            time.sleep(left)
        due += 1 / rate
        each = mine[n % len(mine)]
        n += 1
        path, body, headers = _webhook(each)
        sent = time.monotonic()
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            connection.close()
            status = 0
        log.write(f"{each.link} {sent:.6f} {time.monotonic():.6f} {status}\n")


def _webhook(each: Told) -> tuple[str, bytes, dict[str, str]]:
    from django.urls import reverse

    from order_status_plugin.backends import get_source
    from order_status_plugin.events import ParcelStatus, Place, TrackingScan, TrackingUpdate
    from order_status_plugin.simulator.providers import play_for

    source = get_source("aftership")
    play = play_for(source)
    assert play is not None
    status = ParcelStatus.IN_TRANSIT
    if each.count % NEWS == NEWS - 2:
        status = ParcelStatus.OUT_FOR_DELIVERY
    elif each.count % NEWS == NEWS - 1:
        status = ParcelStatus.ATTEMPTED_DELIVERY
    city = random.choice(CITIES)
    moment = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    scan = TrackingScan(
        status=status,
        local_time=moment,
        utc_offset=0,
        source_id=f"{each.number}-{each.count}",
        message=f"{city}: {status.value.replace('_', ' ')}",
        place=Place(text=f"{city}, Portugal", city=city, country="PT"),
    )
    each.count += 1
    each.scans = [*each.scans, scan][-REPEATED:]
    update = TrackingUpdate(tracking_number=each.tracking_number, carrier="ups", scans=tuple(each.scans))
    body = play.body(update, str(uuid.uuid4()))
    headers = {"Content-Type": "application/json", **play.headers(body, source.secrets()[0])}
    return reverse("order_status:hook", kwargs={"alias": "aftership"}), body, headers


if __name__ == "__main__":
    sys.exit(main())
