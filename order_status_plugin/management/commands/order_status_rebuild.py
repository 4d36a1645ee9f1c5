"""Fold every stored event again and say what would change: nothing, if the house is in order."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...tracking import rebuild


class Command(BaseCommand):
    """Prove, or restore, that statuses are the fold of their events."""

    help = "Re-folds all parcels and orders from their events and reports what differs; --apply writes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--host", help="only orders of this host alias")
        parser.add_argument("--order", help="only the order with this number or reference")
        parser.add_argument("--apply", action="store_true", help="write what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Report, and fail where something differs that was not asked to be written."""
        checked = differing = 0
        for difference in rebuild.run(host=options["host"], order=options["order"], apply=options["apply"]):
            checked += 1
            if difference.what:
                differing += 1
                self.stdout.write(f"{difference.order.host} {difference.order}: {'; '.join(difference.what)}")
        done = "written" if options["apply"] else "differ"
        self.stdout.write(f"{checked} orders folded again, {differing} {done}.")
        if differing and not options["apply"]:
            raise CommandError("Stored statuses are not the fold of their events. Run again with --apply.")
