"""Let go what has been kept long enough."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...access import retention
from ...conf import Settings, conf
from ...intake import privacy as inbox
from ...outgoing import relay as webhooks
from ..progress import Progress


class Command(BaseCommand):
    """``order_status_retention --dry-run``. The worker does the same once a day."""

    help = "Ends access, erases contacts and deletes logs whose time, by ORDER_STATUS['RETENTION'], is over."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --dry-run."""
        parser.add_argument("--dry-run", action="store_true", help="count what is due and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Report by group of fields how long it is kept, and how much of it is let go."""
        is_dry = options["dry_run"]
        bodies = inbox.expire(is_dry=is_dry)
        progress = Progress(self.stdout, "orders", 0 if is_dry else retention.count())
        report = retention.run(is_dry=is_dry, done=progress.step)
        progress.end()
        deliveries = webhooks.clean(conf.retention("webhooks"), is_dry=is_dry)
        told = {
            "grants": f"orders whose access {'would end' if is_dry else 'ended'}: {report.grants_ended}",
            "contact": f"orders {'to erase' if is_dry else 'erased'}: {report.erased}; on legal hold: {report.held}",
            "silent": "after the last change, an order counts as ended",
            "inbox": f"bodies of webhooks {'to erase' if is_dry else 'erased'}: {bodies}",
            "staff_views": f"looks of staff {'to delete' if is_dry else 'deleted'}: {report.staff_views}",
            "webhooks": f"deliveries of webhooks {'to delete' if is_dry else 'deleted'}: {deliveries}",
            "audit": f"audit entries {'to delete' if is_dry else 'deleted'}: {report.audit_entries}",
        }
        for name in Settings.__dict__["RETENTION"]:
            after = conf.retention(name)
            days = "for ever" if after is None else f"{after.days} days"
            self.stdout.write(f"{name:<12}{days:>10}   {told[name]}")
        if report.failed:
            raise CommandError(f"{report.failed} orders could not be erased; the log says why. The others are.")
        if is_dry:
            self.stdout.write("Dry run: nothing was changed.")
