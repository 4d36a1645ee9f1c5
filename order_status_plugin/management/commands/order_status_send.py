"""``order_status_send``: send what is due now, and say what waits."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count

from ...conf import conf
from ...messages.models import OutboxMessage
from ...messages.relay import drain


class Command(BaseCommand):
    """Empties the outbox once, without a worker."""

    help = "Send the messages that are due now, and print how many wait, were held back or were given up."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many at the most."""
        parser.add_argument("--limit", type=int, default=10_000, help="messages at the most (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Drain and count."""
        sent = drain(options["limit"], seconds=float("inf"))
        counts = dict(OutboxMessage.objects.order_by().values_list("state").annotate(Count("pk")))
        waiting, held, dead = (counts.get(state, 0) for state in ("pending", "held", "dead"))
        if not conf.MESSAGES:
            self.stdout.write("Messages are switched off: ORDER_STATUS['MESSAGES'] is False.")
        self.stdout.write(f"{sent} sent now, {waiting} waiting, {held} not sent on purpose, {dead} given up.")
