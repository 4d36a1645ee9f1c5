"""The process of one shop of ``bench.growth``: what is asked comes in on stdin, a line of JSON each, and so go the answers."""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import cycle
from statistics import median
from typing import Any

import django
import psutil

SECRET = "tests-secret"


def main() -> None:
    """Answer until stdin ends."""
    django.setup()
    shop = Grown(int(sys.argv[1]))
    for line in sys.stdin:
        what, times = json.loads(line)
        print(json.dumps(shop.answer(what, times)), flush=True)


class Grown:
    """One shop."""

    def __init__(self, orders: int) -> None:
        from django.test import Client

        self.orders = orders
        self.random = random.Random(orders)
        self.visitor = Client()
        self.paths: list[str] = []
        self.serial = 0

    def answer(self, what: str, times: int) -> Any:
        """Do what is asked."""
        if what == "build":
            return self.build()
        if what == "lists":
            return list(self.lists())
        one = self.lists().get(what) or self.deeds()[what]
        return self.measured(one, times)

    def measured(self, one: Callable[[], Callable[[], object]], times: int) -> dict[str, float]:
        """Prepare and do it so many times; return the median time and the mean CPU, with the connection's, in ms."""
        from django.db import connection

        connection.ensure_connection()
        backend = psutil.Process(connection.connection.info.backend_pid)
        walls, used = [], 0.0
        prepared = [one() for _ in range(times)]
        before = _cpu(backend)
        for do in prepared:
            began, own = time.perf_counter(), time.process_time()
            do()
            walls.append(time.perf_counter() - began)
            used += time.process_time() - own
        return {"wall": median(walls) * 1000, "cpu": (used + _cpu(backend) - before) / times * 1000}

    # --- the shop -------------------------------------------------------------------------------------

    def build(self) -> dict[str, int]:
        """Make tables, site and orders: some days more than people are kept, so that retention has something to do."""
        from django.core.management import call_command
        from django.db import connection
        from django.utils import timezone

        from order_status_plugin.polling import follow
        from order_status_plugin.simulator.bulk.make import Shop
        from order_status_plugin.simulator.bulk.workers import write
        from order_status_plugin.simulator.bulk.write import analyse
        from order_status_plugin.tracking.models import TrackingEvent

        from .shop import wagtail_site

        call_command("migrate", run_syncdb=True, verbosity=0)
        wagtail_site()
        now = timezone.now().astimezone(dt.UTC)
        began = now - dt.timedelta(days=106)
        shop = Shop(
            host="shop", source="ups", channel="email", orders=self.orders, began=began, now=now, is_imported=False
        )
        for _ in write(shop, 2 if self.orders > 10_000 else 1):
            pass
        while follow.missed():
            pass
        analyse()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            (size,) = cursor.fetchone()
        return {"bytes": size, "events": TrackingEvent.objects.count()}

    @cached_property
    def keys(self) -> Iterator[int]:
        """The orders on their way, each in its turn: what a round opens for the first time it opens once."""
        from order_status_plugin.tracking.models import Order

        rows = Order.objects.filter(headline="in_transit", parcels__source="ups").order_by("-placed_at").distinct()
        keys = list(rows.values_list("pk", flat=True)[: max(self.orders // 20, 60)])
        self.random.shuffle(keys)
        return cycle(keys)

    def moving(self) -> Any:
        """Return the next order on its way."""
        from order_status_plugin.tracking.models import Order

        return Order.objects.select_related("contact", "site").get(pk=next(self.keys))

    # --- what is measured -----------------------------------------------------------------------------

    def deeds(self) -> dict[str, Callable[[], Callable[[], object]]]:
        """Return by name what prepares each, and then does it."""
        return {
            "public page cold": self.cold,
            "public page warm": self.warm,
            "private page warm": self.private,
            "webhook accepted": self.accepted,
            "webhook applied": self.applied,
            "look-up by number and email": self.look_up,
            "sweep, stalled": self.stalled,
            "sweep, parcels without a poll": self.missed,
            "sweep, polls that are due": self.polls,
            "sweep, what ran out": self.cleaned,
            "inbox, what is due": self.inbox_due,
            "outbox, what is due": self.outbox_due,
            "live, one poll": self.live,
            "retention, one step": self.retention,
        }

    def get(self, path: str, visitor: Any = None) -> bytes:
        """Open a page. Raises RuntimeError where there is none."""
        found = (visitor or self.visitor).get(path, follow=True)
        if found.status_code != 200:
            raise RuntimeError(f"{path} answered {found.status_code}.")
        body: bytes = found.content
        return body

    def cold(self) -> Callable[[], object]:
        """Open the page of an order for the first time."""
        from order_status_plugin.access.links import order_path
        from order_status_plugin.page.models import KeptPage

        order = self.moving()
        KeptPage.objects.filter(order=order).delete()
        self.paths.append(order_path(order))
        return lambda path=self.paths[-1]: self.get(path)  # type: ignore[misc]

    def warm(self) -> Callable[[], object]:
        """Open it again."""
        path = self.random.choice(self.paths)
        self.get(path)
        return lambda: self.get(path)

    def private(self) -> Callable[[], object]:
        """Open it as its customer."""
        from django.test import Client

        from order_status_plugin.access.links import order_path

        order = self.moving()
        visitor, path = Client(), order_path(order)
        visitor.get(path)
        visitor.post(f"{path}identify/", {"number": order.number, "email": order.contact.email})
        if order.contact.name not in self.get(path, visitor).decode():
            raise RuntimeError(f"Order {order.number} did not let its customer in.")
        return lambda: self.get(path, visitor)

    def post(self) -> Any:
        """Return a webhook with one more scan of a parcel on its way."""
        from order_status_plugin.backend import Webhook
        from order_status_plugin.events import ParcelStatus, TrackingScan, TrackingUpdate
        from order_status_plugin.simulator.providers.aftership import AfterShipPlay
        from order_status_plugin.tracking.models import Parcel

        order = self.moving()
        parcel = Parcel.objects.filter(order=order, source="ups").latest("pk")
        self.serial += 1
        local = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0) - dt.timedelta(minutes=1)
        scan = TrackingScan(
            status=ParcelStatus.IN_TRANSIT, local_time=local, utc_offset=0, message=f"Scanned at {self.serial}"
        )
        said = TrackingUpdate(tracking_number=parcel.tracking_number, carrier=parcel.carrier, scans=(scan,))
        play = AfterShipPlay()
        body = play.body(said, f"{self.orders}-{self.serial}")
        return Webhook(body=body, headers=dict(play.headers(body, SECRET)))

    def accepted(self) -> Callable[[], object]:
        """Take a webhook in behind others: the door stores and answers."""
        from order_status_plugin.backends import get_receiver
        from order_status_plugin.intake import inbox

        while not inbox.has_backlog():
            inbox.store("aftership", self.post(), get_receiver("aftership"))
        said = self.post()

        def do() -> None:
            found = self.visitor.post("/orders/hooks/aftership/", said.body, "application/json", headers=said.headers)
            if found.status_code not in {200, 202}:
                raise RuntimeError(f"A webhook was answered {found.status_code}.")

        return do

    def applied(self) -> Callable[[], object]:
        """Apply one that waits."""
        from order_status_plugin.backends import get_receiver
        from order_status_plugin.flow import handle_message
        from order_status_plugin.intake import inbox

        message, _is_new = inbox.store("aftership", self.post(), get_receiver("aftership"))
        return lambda: inbox.settle(message, handle_message)

    def look_up(self) -> Callable[[], object]:
        """Find an order as a customer without a link does."""
        from order_status_plugin.access import identify

        order = self.moving()

        def do() -> None:
            found = identify.check(None, order.number, order.contact.email, f"198.51.{self.random.randrange(200)}.7")
            if found is None:
                raise RuntimeError(f"Order {order.number} was not found.")

        return do

    def stalled(self) -> Callable[[], object]:
        """Look for what does not move."""
        from django.utils import timezone

        from order_status_plugin.messages import stalled

        return lambda: list(stalled.find(timezone.now()))

    def missed(self) -> Callable[[], object]:
        """Look for parcels that are asked about by nobody."""
        from order_status_plugin.polling import follow

        return follow.missed

    def polls(self) -> Callable[[], object]:
        """Take the most urgent parcels of a source."""
        from order_status_plugin.backends import get_source
        from order_status_plugin.polling.run import Turn

        turn = Turn(get_source("ups"), lambda *_: None, lambda *_: None, time.monotonic() + 60)
        return turn._most_urgent

    def cleaned(self) -> Callable[[], object]:
        """Delete what ran out."""
        from order_status_plugin.access import cleaning
        from order_status_plugin.page import kept

        return lambda: (cleaning.clean(), kept.clean())

    def inbox_due(self) -> Callable[[], object]:
        """Ask what waits in the inbox."""
        from order_status_plugin.intake import inbox

        return inbox.has_backlog

    def outbox_due(self) -> Callable[[], object]:
        """Take what waits in the outbox: nothing."""
        from django.utils import timezone

        from order_status_plugin.messages import lease

        return lambda: lease.claim(20, timezone.now())

    def live(self) -> Callable[[], object]:
        """Ask the database what changed for open pages."""
        from order_status_plugin.live.look import Look

        look = Look()
        look.read()
        return look.read

    def retention(self) -> Callable[[], object]:
        """Let go ten orders of each kind."""
        from order_status_plugin.access import retention

        return lambda: retention.run(most=10)

    # --- what staff open ------------------------------------------------------------------------------

    def lists(self) -> dict[str, Callable[[], Callable[[], object]]]:
        """Return each list by its name."""
        return {f"list, {path}": self._opened(path) for path in self._paths()}

    def _opened(self, path: str) -> Callable[[], Callable[[], object]]:
        from django.core.cache import cache

        def prepared() -> Callable[[], object]:
            cache.clear()  # a report is counted anew
            return lambda: self.get(path, self._staff())

        return prepared

    def _staff(self) -> Any:
        if not hasattr(self, "_editor"):
            from django.contrib.auth import get_user_model
            from django.test import Client

            user = get_user_model().objects.create_superuser("staff", "staff@shop.example", "staff")
            self._editor = Client()
            self._editor.force_login(user)
        return self._editor

    def _paths(self) -> Iterator[str]:
        from order_status_plugin.staff import narrow
        from order_status_plugin.tracking.models import Order, Parcel

        order = Order.objects.exclude(number="").select_related("contact").earliest("pk")
        number = Parcel.objects.filter(order=order).values_list("tracking_number", flat=True).first() or order.number
        admin, cms = "/admin/order_status_plugin/", "/cms/order-status/orders/"
        (customer,) = narrow.digests_of(order.contact.email) if hasattr(order, "contact") else [""]
        wagtail = ["", f"?q={order.number}", f"?q={number}", f"?customer={customer}", "?p=20", "?headline=delivered"]
        wagtail += [f"?needs={word}" for word in narrow.NEEDS]
        wagtail += ["?carrier=fedex", "?carrier=colissimo", "?host=shop", "?placed_at_from=2020-01-01"]
        yield from (f"{cms}{query}" for query in wagtail)
        yield from (f"{cms}inbox/{query}" for query in ("", "?state=failed", "?state=handled&alias=ups"))
        orders = ["", f"?q={order.number}", "?headline__exact=lost", "?state__exact=open", "?is_held__exact=1"]
        orders += [f"?needs={word}" for word in narrow.NEEDS]
        yield from (f"{admin}order/{query}" for query in orders)
        yield f"{admin}order/{order.pk}/change/"
        yield from (
            f"{admin}parcel/{query}"
            for query in ("", f"?q={number}", "?status__exact=lost", "?overlay__exact=exception")
        )
        for name in ("inboxmessage", "outboxmessage", "poll"):
            yield from (f"{admin}{name}/{query}" for query in ("", f"?q={order.number}"))
        yield from (f"{admin}{name}/" for name in ("auditentry", "staffview", "webhookdelivery", "suppression"))
        yield from ("/cms/reports/orders/", "/cms/reports/order-messages/", "/cms/reports/order-feedback/", "/cms/")


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
