"""Take in the orders that a host already has."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from ... import flow
from ...backends import get_host
from ...carriers import catalogue
from ...conf import conf
from ...events import OrderSnapshot
from ...exceptions import BackendError, NotOurs
from ...tracking import snapshot
from ...tracking.models import Order
from ..progress import Progress

#: Orders that are read at once: memory holds no more of them.
BATCH = 100


class Command(BaseCommand):
    """Read every order of the hosts and record it as history: nobody is told of anything.

    It can be repeated and interrupted at any time: what is recorded already and unchanged stays as it is.
    """

    help = "Takes in the orders that hosts already have. Sends nothing; can be repeated and interrupted."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say what can be asked for."""
        parser.add_argument("--host", action="append", dest="hosts", metavar="ALIAS", help="this host only; repeatable")
        parser.add_argument("--since", type=_moment, metavar="WHEN", help="orders that changed since, e.g. 2026-01-31")
        parser.add_argument("--resume", action="store_true", help="pass over those that are taken in already")
        parser.add_argument("--dry-run", action="store_true", help="read and compare, record nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the hosts."""
        aliases = options["hosts"] or list(conf.HOSTS)
        if unknown := [alias for alias in aliases if alias not in conf.HOSTS]:
            raise CommandError(f"ORDER_STATUS['HOSTS'] has no {', '.join(map(repr, unknown))}.")
        self.is_dry, self.resumes = options["dry_run"], options["resume"]
        failed = sum(self._host(alias, options["since"]) for alias in aliases)
        if failed:
            raise CommandError(f"{failed} could not be taken in; see above. The others are.")

    def _host(self, alias: str, since: dt.datetime | None) -> int:
        """Take in one host; return how many of its orders failed."""
        try:
            host = get_host(alias)
            references, progress = host.changed_since(since), Progress(self.stdout, alias, host.count_since(since))
        except BackendError as error:
            raise CommandError(str(error)) from error
        counts = dict.fromkeys(("new", "changed", "the same", "failed"), 0)
        if self.resumes:
            counts["passed over"] = 0
        try:
            for what in self._orders(alias, references):
                counts[what] = counts.get(what, 0) + 1
                progress.step()
        except KeyboardInterrupt:
            progress.end()
            raise CommandError(
                f"Interrupted: {progress.done} of {alias} are done. Go on with --resume.", returncode=130
            ) from None
        progress.end()
        told = ", ".join(f"{n} {name}" for name, n in counts.items())
        self.stdout.write(f"{alias}: {told}{' (dry run: nothing recorded)' if self.is_dry else ''}")
        return counts["failed"]

    def _orders(self, alias: str, references: Iterable[str]) -> Iterator[str]:
        """Take in these orders, a batch at a time; yield what each was to us."""
        waiting = iter(references)
        while batch := list(islice(waiting, BATCH)):
            rows = Order.objects.filter(host=alias, reference__in=batch, read_at__isnull=False)
            known = dict(rows.values_list("reference", "snapshot_digest"))
            if self.resumes:
                yield from ["passed over"] * len(known)
                batch = [reference for reference in batch if reference not in known]
            catalogue.refresh()
            for reference, after in self._batch(alias, get_host(alias).read_many(batch)):
                if isinstance(after, NotOurs):
                    yield "not ours"
                elif isinstance(after, Exception):  # told here, and the others go on
                    self.stderr.write(f"{alias} {reference}: {type(after).__name__}: {after}")
                    yield "failed"
                elif (before := known.get(reference)) is None:
                    yield "new"
                else:
                    yield "the same" if before == after else "changed"

    def _batch(
        self, alias: str, found: Iterable[tuple[str, OrderSnapshot | Exception]]
    ) -> Iterator[tuple[str, str | Exception]]:
        """Take in a batch; yield each order's reference with its digest, or with what kept it from being taken in."""
        said: dict[str, OrderSnapshot] = {}
        for reference, one in found:
            if isinstance(one, Exception):
                yield reference, one
            else:
                said[reference] = one
        if self.is_dry:
            yield from ((reference, snapshot.digest(one)) for reference, one in said.items())
            return
        done = flow.take_history(alias, list(said.values()))
        for reference, row in zip(said, done, strict=True):
            yield reference, row if isinstance(row, Exception) else row.snapshot_digest


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
