"""Fill the database with the past of a large shop."""

from __future__ import annotations

import datetime as dt
import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, router
from django.utils import timezone

from ...conf import conf
from ...simulator.bulk.make import Shop
from ...simulator.bulk.workers import write
from ...simulator.bulk.write import analyse
from ...tracking.models import Order
from ..progress import Progress

#: Where orders live that no shop asks for: what is made up must not stand among real ones.
DEMO = "order_status_plugin.hosts.demo.DemoHost"
#: The alias of a source that nobody set up: what nobody can ask, no provider is asked about, or paid for.
NOBODY = "demo"


class Command(BaseCommand):
    """``order_status_demo --orders 1000000``. Again with the same number it writes what is missing; with more, the rest."""

    help = "Writes made-up orders with their whole past, by the million: to see how the shop stands at that size."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--orders", type=int, required=True, help="how many there are to be")
        parser.add_argument("--host", default="", metavar="ALIAS", help="a DemoHost in HOSTS (default: the first)")
        parser.add_argument(
            "--days", type=int, default=80, help="over so many days, the last one today (default: %(default)s)"
        )
        parser.add_argument(
            "--processes", type=int, default=0, help="how many write at once (default: 2 on PostgreSQL, else 1)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them, and say how fast."""
        if options["orders"] < 1 or options["days"] < 1:
            raise CommandError("--orders and --days must be 1 or more.")
        now = timezone.now().astimezone(dt.UTC)
        shop = Shop(
            host=self._host(options["host"]),
            source=NOBODY,
            channel="email",
            orders=options["orders"],
            began=now - dt.timedelta(days=options["days"]),
            now=now,
        )
        began, written = time.monotonic(), 0
        progress = Progress(self.stdout, "orders", shop.orders)
        for asked, count in write(shop, self._processes(options["processes"])):
            written += count
            progress.step(asked)
        progress.end()
        analyse()
        seconds = max(time.monotonic() - began, 0.001)
        self.stdout.write(
            f"{written:,} of {shop.orders:,} orders were missing; written in {seconds:.0f} s, {written / seconds:,.0f} a second."
        )

    @staticmethod
    def _host(given: str) -> str:
        demos = [alias for alias, host in conf.HOSTS.items() if host.get("BACKEND") == DEMO]
        if given and given not in demos:
            raise CommandError(f"{given!r} is no DemoHost in HOSTS: nothing made up is put among a shop's own orders.")
        if not demos:
            raise CommandError(f'Add a host for them to ORDER_STATUS["HOSTS"]: "demo": {{"BACKEND": "{DEMO}"}}.')
        return given or demos[0]

    @staticmethod
    def _processes(given: int) -> int:
        if connections[router.db_for_write(Order)].vendor != "postgresql":
            return 1
        return given or min(2, os.cpu_count() or 1)
