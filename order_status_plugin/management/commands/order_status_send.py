"""``order_status_send``: send what is due now, and say what waits."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count
from django.utils import timezone

from ...conf import conf
from ...messages import replay
from ...messages.lease import due
from ...messages.models import OutboxMessage
from ...messages.relay import drain


class Command(BaseCommand):
    """Empties the outbox once, without a worker."""

    help = "Send the messages that are due now, and print how many wait, were held back or were given up."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many at the most."""
        parser.add_argument("--limit", type=int, default=10_000, help="messages at the most (default: %(default)s)")
        parser.add_argument("--dry-run", action="store_true", help="say what would leave now, and send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Drain and count."""
        if options["dry_run"]:
            self._count(options["limit"])
            return
        sent = drain(options["limit"], seconds=float("inf"))
        counts = dict(OutboxMessage.objects.order_by().values_list("state").annotate(Count("pk")))
        waiting, held, dead, unknown = (counts.get(state, 0) for state in ("pending", "held", "dead", "unknown"))
        if not conf.MESSAGES:
            self.stdout.write("Messages are switched off: ORDER_STATUS['MESSAGES'] is False.")
        left = f", {unknown} may have arrived and are left to staff" if unknown else ""
        self.stdout.write(f"{sent} sent now, {waiting} waiting, {held} not sent on purpose, {dead} given up{left}.")

    def _count(self, limit: int) -> None:
        oldest = due(timezone.now()).order_by("due_at", "pk").values("pk")[:limit]
        would = replay.count(
            OutboxMessage.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))), with_cost=True
        )
        self.stdout.write(f"{would.customers} customers would get {would.messages} messages.")
        if would.cost is not None:
            self.stdout.write(f"The texts would cost {would.cost} or so, by the channels' 'prices'.")
        for reason, number in would.held.items():
            self.stdout.write(f"{number} would be held back: {reason}")
        for reason, number in would.later.items():
            self.stdout.write(f"{number} would wait: {reason}")
