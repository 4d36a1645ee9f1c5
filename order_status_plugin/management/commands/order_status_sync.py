"""Take in the orders that a host already has."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from ... import flow
from ...backends import get_host
from ...conf import conf
from ...exceptions import BackendError
from ...tracking import snapshot
from ...tracking.models import Order

#: Orders between two lines of progress.
STEP = 500


class Command(BaseCommand):
    """Read every order of the hosts and record it as history: nobody is told of anything.

    It can be repeated and interrupted at any time: what is recorded already and unchanged stays as it is.
    """

    help = "Takes in the orders that hosts already have. Sends nothing; can be repeated."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say what can be asked for."""
        parser.add_argument("--host", action="append", dest="hosts", metavar="ALIAS", help="this host only; repeatable")
        parser.add_argument("--since", type=_moment, metavar="WHEN", help="orders that changed since, e.g. 2026-01-31")
        parser.add_argument("--dry-run", action="store_true", help="read and compare, record nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the hosts."""
        aliases = options["hosts"] or list(conf.HOSTS)
        if unknown := [alias for alias in aliases if alias not in conf.HOSTS]:
            raise CommandError(f"ORDER_STATUS['HOSTS'] has no {', '.join(map(repr, unknown))}.")
        failed = sum(self._host(alias, options["since"], dry_run=options["dry_run"]) for alias in aliases)
        if failed:
            raise CommandError(f"{failed} could not be taken in; see above. The others are.")

    def _host(self, alias: str, since: dt.datetime | None, *, dry_run: bool) -> int:
        """Take in one host; return how many of its orders failed."""
        counts = dict.fromkeys(("new", "changed", "the same", "failed"), 0)
        try:
            references = iter(get_host(alias).changed_since(since))
        except BackendError as error:
            raise CommandError(str(error)) from error
        for reference in references:
            try:
                counts[self._order(alias, reference, dry_run=dry_run)] += 1
            except Exception as error:  # noqa: BLE001 - told below, and the others go on
                counts["failed"] += 1
                self.stderr.write(f"{alias} {reference}: {type(error).__name__}: {error}")
            done = sum(counts.values())
            if done % STEP == 0:
                self.stdout.write(f"{alias}: {done} …")
        told = ", ".join(f"{n} {name}" for name, n in counts.items())
        self.stdout.write(f"{alias}: {told}{' (dry run: nothing recorded)' if dry_run else ''}")
        return counts["failed"]

    def _order(self, alias: str, reference: str, *, dry_run: bool) -> str:
        """Take in one order; say what it was to us."""
        known = Order.objects.filter(host=alias, reference=reference, read_at__isnull=False)
        before = known.values_list("snapshot_digest", flat=True).first()
        if dry_run:
            after = snapshot.digest(get_host(alias).read(reference))
        else:
            after = flow.take_order(alias, reference, is_import=True).snapshot_digest
        if before is None:
            return "new"
        return "the same" if before == after else "changed"


def _moment(text: str) -> dt.datetime:
    """Return a date or a time as an aware moment."""
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)) is not None:
            moment = dt.datetime.combine(day, dt.time.min)
    except ValueError:
        moment = None
    if moment is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no date or time such as 2026-01-31 or 2026-01-31T08:00")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
