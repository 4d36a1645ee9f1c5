"""A little source of our own, and a provider that it asks over real HTTP."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

from order_status_plugin.events import Nudge, ParcelStatus, TrackedParcel, TrackingScan, TrackingUpdate
from order_status_plugin.http import Api
from order_status_plugin.sources.base import Source, Webhook
from order_status_plugin.testing.provider import Call, Reply

CARRIER = "ups"


class Little(Source):
    """Asks ``/track?n=1&n=2`` and registers by ``POST /register``; options say what it does."""

    batch_size = 4

    def __init__(self, alias: str, options: Any) -> None:
        super().__init__(alias, options)
        days = options.get("registration_days")
        self.registration_lasts = None if days is None else dt.timedelta(days=days)  # type: ignore[misc]

    def knows(self, carrier: str) -> bool:
        return carrier == CARRIER

    def is_asked(self) -> bool:
        return bool(self.option("url"))

    def is_pushed(self) -> bool:
        return bool(self.options.get("pushed"))

    def needs_registration(self) -> bool:
        return bool(self.options.get("registers"))

    def verify(self, webhook: Webhook) -> None:
        """Believe everybody: that is why a body is a nudge and no more."""

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        api = Api(self.option("url"), timeout=(2.0, 2.0))
        answer = api.call("GET", "/track", params={"n": [parcel.tracking_number for parcel in parcels]})
        yield Webhook(body=answer.content, headers={}, is_answer=True)

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        api = Api(self.option("url"), timeout=(2.0, 2.0))
        api.call("POST", "/register", json=[parcel.tracking_number for parcel in parcels])

    def parse(self, webhook: Webhook) -> Iterable[TrackingUpdate | Nudge]:
        for number, scans in json.loads(webhook.body).items():
            if not webhook.is_answer:
                yield Nudge(tracking_number=number)
                continue
            yield TrackingUpdate(
                tracking_number=number,
                scans=tuple(
                    TrackingScan(
                        status=ParcelStatus(status),
                        local_time=dt.datetime.fromisoformat(moment),
                        utc_offset=0,
                        raw_code=status,
                    )
                    for status, moment in scans
                ),
            )


class Known:
    """What the provider knows: scans by number. It notes of what it was asked and told."""

    def __init__(self) -> None:
        self.scans: dict[str, list[tuple[str, str]]] = {}
        self.asked: list[list[str]] = []
        self.registered: list[list[str]] = []
        self.refused: set[str] = set()
        #: Answers to the next calls, in the place of the true ones.
        self.instead: list[Reply] = []

    def scan(self, number: str, status: str, moment: dt.datetime) -> None:
        self.scans.setdefault(number, []).append((status, moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat()))

    def __call__(self, call: Call) -> Reply:
        numbers = call.query.get("n", []) if call.method == "GET" else json.loads(call.body)
        (self.asked if call.method == "GET" else self.registered).append(numbers)
        if self.instead:
            return self.instead.pop(0)
        if self.refused & set(numbers):
            return Reply(status=400)
        return Reply(body=json.dumps({number: self.scans.get(number, []) for number in numbers}).encode())

    @property
    def count(self) -> int:
        """How often each number was asked about, in all."""
        return sum(map(len, self.asked))
