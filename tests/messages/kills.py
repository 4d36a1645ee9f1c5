"""Run by test_kills in processes of their own: relays that work until they are killed, at a point that they announce.

A nursery sets Django up once and forks a relay, or a worker of django-q2, for each line that it is given:
``<point> <how often it lets it pass>``.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from multiprocessing import Queue, Value
from typing import Any

import django
from django.conf import settings
from django.utils import timezone

CHANNELS = ("keyed", "folder", "plain")
#: Rows of one lease: the fewer, the fewer wait for a killed relay's lease to end.
BATCH = 6


def set_up(said: Mapping[str, Any]) -> None:
    """Three channels: a provider that knows keys, the demo's mail folder, and a mail server that knows nothing."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from tests import settings as chosen

    mail = "order_status_plugin.channels.email.EmailChannel"
    chosen.ORDER_STATUS["CHANNELS"] = {
        "keyed": {"BACKEND": "tests.messages.keyed.KeyedChannel", "OPTIONS": {"url": said["provider"]}},
        "folder": {"BACKEND": "tests.messages.keyed.FolderChannel", "OPTIONS": {"knows_keys_for": 86_400}},
        "plain": {"BACKEND": mail},
    }
    settings.EMAIL_FOLDER = said["folder"]
    if django.VERSION >= (6, 1):
        smtp = {"host": "127.0.0.1", "port": said["port"]}
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": smtp}}
    else:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", said["port"]
    django.setup()
    from django.db import connection

    from order_status_plugin.messages import lease, relay

    relay.BATCH = relay.LARGEST = BATCH
    if said["lease"]:
        import datetime as dt

        lease.LEASE = dt.timedelta(seconds=said["lease"])
    if connection.vendor == "sqlite":  # as the embedded default runs
        connection.settings_dict["OPTIONS"] = {
            "timeout": 60,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        }


def owe(count: int, channels: Sequence[str] = CHANNELS) -> None:
    """Owe so many messages, in turn by each channel, one an order."""
    from django.db import connections

    from order_status_plugin.keys import digest
    from order_status_plugin.messages.models import OutboxMessage
    from order_status_plugin.tracking.models import Order, OrderContact

    now = timezone.now()
    orders = Order.objects.bulk_create(
        Order(
            host="shop",
            reference=str(n),
            number=f"K{n:06d}",
            locator=f"L{n:015d}",
            placed_at=now,
            changed_at=now,
            last_activity_at=now,
        )
        for n in range(count)
    )
    OrderContact.objects.bulk_create(
        OrderContact(order=order, name="Noor", email=f"noor{order.reference}@example.org") for order in orders
    )
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            key=f"{n:032x}",
            order=order,
            milestone="confirmed",
            subject="order",
            channel=channels[n % len(channels)],
            recipient_digest=digest("recipient", channels[n % len(channels)], f"noor{n}@example.org"),
            happened_at=now,
            created_at=now,
            due_at=now,
        )
        for n, order in enumerate(orders)
    )
    connections.close_all()  # nothing open is inherited


def warm() -> None:
    """Write a message for each channel, and send none: what a relay reads and imports first, it inherits."""
    from django.core.mail.backends import smtp  # noqa: F401
    from django.db import connections

    from order_status_plugin.messages.compose import compose
    from order_status_plugin.messages.models import OutboxMessage

    for row in OutboxMessage.objects.order_by("pk").select_related("order__site")[: len(CHANNELS)]:
        compose(row)
    connections.close_all()
    gc.freeze()


def tell(*words: object) -> None:
    """Write one line to the test: short ones are whole, whoever else writes."""
    os.write(1, (json.dumps([words[0], os.getpid(), time.time(), *words[1:]]) + "\n").encode())


class Relay:
    """What one forked process does."""

    def __init__(self, point: str, passes: int) -> None:
        self.point, self.passes = point, passes

    def reach(self, point: str) -> None:
        """Announce the point, and wait there for the end."""
        if not point or point != self.point:
            return
        if self.passes:
            self.passes -= 1
            return
        tell("reached", point)
        signal.pause()

    def around(self, module: Any, name: str, before: str, after: str) -> None:
        """Make both ends of a function points."""
        real: Callable[..., Any] = getattr(module, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.reach(before)
            result = real(*args, **kwargs)
            self.reach(after)
            return result

        setattr(module, name, wrapped)

    def arm(self) -> None:
        """Make points of the places where a relay may be killed, and tell what it takes."""
        from django.core.mail.utils import DNS_NAME

        from order_status_plugin.messages import delivery, relay, tries
        from tests.messages import keyed

        DNS_NAME._fqdn = keyed.WHO["X-Pid"] = str(os.getpid())
        keyed.reach = self.reach
        self.around(tries, "start", "before try", "after try")
        self.around(delivery.Delivery, "_call", "before call", "after call")
        self.around(delivery.Delivery, "_note", "", "after record")
        real = relay.claim

        def claim(*args: Any, **kwargs: Any) -> Any:
            rows = real(*args, **kwargs)
            if rows:
                tell("claimed", rows[0].lease, [row.pk for row in rows])
            return rows

        relay.claim = claim
        tell("started", self.point, self.passes)

    def run(self) -> None:
        """Work until killed, or until nothing is owed."""
        from order_status_plugin.messages.models import OutboxMessage

        self.arm()
        while OutboxMessage.objects.filter(state="pending").exists():
            if not self.send():
                time.sleep(0.1)  # all that is owed is held by relays that were killed
        tell("ended")

    def send(self) -> int:
        """Send what can be sent now, as ``order_status_send`` does."""
        from order_status_plugin.messages import relay

        return relay.drain(seconds=5)


class Worker(Relay):
    """A worker of django-q2 that is given its task again and again."""

    def send(self) -> int:
        """Have the loop of a worker's process do the scheduled task once."""
        from django_q.worker import worker

        from order_status_plugin.flow import OUTBOX

        tasks: Any = Queue()
        results: Any = Queue()
        tasks.put({"id": "1", "name": "outbox", "func": OUTBOX, "args": (), "kwargs": {}})
        tasks.put("STOP")
        worker(tasks, results, Value("f", -1), timeout=60)
        done = results.get()
        if not done["success"]:
            raise RuntimeError(done["result"])
        return int(done["result"])


def main() -> None:
    said = json.loads(sys.stdin.readline())
    set_up(said)
    owe(said["count"])
    warm()
    fork_for_each_line(Relay, Worker)


def fork_for_each_line(*kinds: type[Relay]) -> None:
    """Say that we are ready, and run one of these in turn, in a process of its own, for each line of our input."""
    tell("ready")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for line, kind in zip(sys.stdin, cycle(kinds), strict=False):
        point, passes = line.rstrip("\n").rsplit(" ", 1)
        if os.fork() == 0:
            try:
                kind(point, int(passes)).run()
            finally:
                os._exit(0)


if __name__ == "__main__":
    main()
