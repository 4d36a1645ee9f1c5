"""A shop and a carrier that tell what happens, again and again until it is accepted; and a customer who looks."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import random
import re
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from order_status_plugin.events import ParcelStatus, TrackingScan, TrackingUpdate
from order_status_plugin.simulator.providers.aftership import AfterShipPlay

from .ledger import STEPS, Ledger, Step
from .pages import OpenPages, Shown

STATUS = re.compile(rb'data-order-status="([a-z_]+)" data-version="(\d+)"')
#: Seconds that a sender waits for an answer, and between two tries at first and at the most.
PATIENCE, FIRST, LONGEST = 6.0, 0.25, 3.0
#: A sender gives up after this many seconds, as carriers do after days.
GIVES_UP = 150.0
Request = tuple[str, str, bytes, dict[str, str]]


class Load:
    """Tells of orders, each from its placing to its delivery. The last web server is the one that holds streams."""

    def __init__(self, ledger: Ledger, webs: list[tuple[str, int]], key: str, rng: random.Random) -> None:
        self.ledger, self.webs, self.key, self.rng = ledger, webs, key, rng
        self.pool = ThreadPoolExecutor(24, "teller")
        self.count = 0
        self.play = AfterShipPlay()
        self.recent: list[Request] = []
        self.lives: list[Future[None]] = []
        self.is_over = threading.Event()
        self.pages = OpenPages(ledger, webs[-1], self.page)
        self.looker = threading.Thread(target=self._look_around, name="customer", daemon=True)
        self.looker.start()

    def place(self, *, pace: float) -> None:
        """Begin one more order; ``pace`` is how many seconds its calls are apart, at the most."""
        self.count += 1
        self.lives.append(self.pool.submit(self._live, f"K{self.count:06d}", random.Random(self.rng.random()), pace))

    @property
    def is_telling(self) -> bool:
        """Say whether something of an order is still to be told."""
        return not all(life.done() for life in self.lives)

    def again(self, most: int) -> int:
        """Have the last calls delivered again, all at once and out of order; return how many."""
        calls = self.recent[-most:]
        self.rng.shuffle(calls)
        for call in calls:
            self.pool.submit(self._try_once, call, "again")
        return len(calls)

    def end(self) -> None:
        """Stop telling."""
        self.is_over.set()
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.looker.join(10)
        self.pages.end()

    def _live(self, number: str, rng: random.Random, pace: float) -> None:
        began = dt.datetime.now(dt.UTC).replace(microsecond=0, tzinfo=None) - dt.timedelta(minutes=20)
        for place, _name in enumerate(STEPS):
            step = self.ledger.begin(number, place)
            call = self._order(number, began) if place == 0 else self._webhook(number, began, place)
            self._until_accepted(step, call)
            self.recent = [*self.recent[-199:], call]
            if self.is_over.wait(rng.uniform(0, pace)):
                return

    def _order(self, number: str, began: dt.datetime) -> Request:
        said = {
            "number": number,
            "placed_at": (began - dt.timedelta(hours=2)).isoformat() + "Z",
            "lines": [{"reference": "1", "title": "Breakfast bowl", "quantity": 1}],
            "contact": {"name": "Noor de Vries", "email": f"{number.lower()}@example.org"},
            "fulfillments": [
                {
                    "reference": "s1",
                    "lines": [{"line": "1", "quantity": 1}],
                    "sent_at": (began - dt.timedelta(hours=1)).isoformat() + "Z",
                    "parcels": [{"carrier": "UPS", "tracking_number": parcel(number)}],
                }
            ],
            "locale": "en",
            "country": "NL",
        }
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        return "PUT", f"/orders/api/v1/hosts/push/orders/{number}", json.dumps(said).encode(), headers

    def _webhook(self, number: str, began: dt.datetime, place: int) -> Request:
        scans = tuple(
            TrackingScan(
                status=ParcelStatus(name), local_time=began + dt.timedelta(minutes=at), utc_offset=0, raw_code=name
            )
            for at, name in enumerate(STEPS[1 : place + 1])
        )
        update = TrackingUpdate(tracking_number=parcel(number), carrier="ups", scans=scans)
        body = self.play.body(update, f"{number}-{place}")
        return "POST", "/orders/hooks/aftership/", body, dict(self.play.headers(body, "chaos"))

    def _until_accepted(self, step: Step, call: Request) -> None:
        wait, end = FIRST, time.monotonic() + GIVES_UP
        while not self.is_over.is_set() and time.monotonic() < end:
            step.tries += 1
            answered = self._try_once(call, STEPS[step.place])
            if answered is not None:
                link = str(answered.get("link", ""))
                self.ledger.accepted(step, link)
                if link:
                    self.pages.open(step.number, link)
                self.ledger.look(step.number)
                return
            self.is_over.wait(wait)
            wait = min(wait * 2, LONGEST)

    def _try_once(self, call: Request, what: str) -> dict[str, Any] | None:
        """Return what an accepted call was answered, None for one that must be sent again."""
        method, path, body, headers = call
        address = self.webs[random.randrange(len(self.webs))]
        status, said = ask(address, method, path, body, headers)
        self.ledger.posts[f"{what} {status or 'no answer'}"] += 1
        if status in (200, 201, 202):
            return dict(json.loads(said))
        if 400 <= status < 500:
            self.ledger.wrong.append(f"{method} {path} was answered {status}: {said[:200]!r}")
        return None

    def _look_around(self) -> None:
        """Open the pages of orders that are not right yet, one after the other."""
        while not self.is_over.wait(0.02):
            waiting = {step.number for step in self.ledger.waiting() if step.accepted_at and not step.shown_at}
            for number in sorted(waiting):
                link = self.ledger.orders[number].link
                if link and (shown := self.page(link)):
                    self.ledger.shows(number, shown.headline)
                if self.is_over.wait(0.03):
                    return
            self.is_over.wait(0.15)

    def page(self, link: str) -> Shown | None:
        """Return what an order's page shows, None where it cannot be read now."""
        address = self.webs[random.randrange(len(self.webs))]
        status, said = ask(address, "GET", urlsplit(link).path, b"", {})
        found = STATUS.search(said)
        return Shown(found[1].decode(), int(found[2])) if status == 200 and found else None


def parcel(number: str) -> str:
    """Return the tracking number of an order's parcel."""
    return f"1Z999AA1{int(number[1:]):010d}"


def ask(address: tuple[str, int], method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Return status and body of an answer; 0 where there was none."""
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
    try:
        connection.request(method, path, body or None, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
