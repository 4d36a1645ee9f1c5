"""Erase what is personal of an order or of a person."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...access.erase import OrderIsHeld, erase
from .. import selection


class Command(BaseCommand):
    """``order_status_erase --email nora@example.org``. The shop's own records are the shop's own to erase."""

    help = "Erases everything personal of an order, or of a person's orders, for good. Links show a short stub then."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which orders, and whether to ask before."""
        selection.add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="list the orders and change nothing")
        parser.add_argument("--no-input", action="store_true", help="do not ask before")
        parser.add_argument("--actor", default="command line", help="who does it, for the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        """Name the orders, ask, erase; fail where one is held."""
        orders = selection.orders(options)
        for order in orders:
            state = " (on legal hold)" if order.is_held else " (erased already)" if order.erased_at else ""
            self.stdout.write(f"{order.host} {order.reference}{state}")
        if options["dry_run"]:
            self.stdout.write(f"{len(orders)} orders would be erased, but for those on hold.")
            return
        if not options["no_input"] and input("This cannot be undone. Type 'yes' to erase: ").strip() != "yes":
            raise CommandError("Nothing was erased.")
        erased, held = 0, []
        for order in orders:
            try:
                erased += erase(order, options["actor"])
            except OrderIsHeld:
                held.append(f"{order.host} {order.reference}")
        self.stdout.write(f"{erased} orders erased.")
        if held:
            raise CommandError(f"On legal hold, and left as they are: {', '.join(held)}.")
