"""Export what is kept of an order or of a person."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...access.export import as_json, export
from .. import selection


class Command(BaseCommand):
    """``order_status_export --email nora@example.org --output nora.json``."""

    help = "Writes everything that is kept of an order, or of a person's orders, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which orders, where to write, and who asks."""
        selection.add_arguments(parser)
        parser.add_argument(
            "--output", metavar="FILE", help="a file that does not exist yet; otherwise standard output"
        )
        parser.add_argument("--actor", default="command line", help="who does it, for the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        orders = selection.orders(options)
        if not options["output"]:
            self.stdout.write(as_json(export(orders, options["actor"])), ending="")
            return
        path = Path(options["output"])
        try:
            # For whoever runs this alone to read, and never over something else.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(as_json(export(orders, options["actor"])))
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{len(orders)} orders exported to {path}.")
