"""``order_status_poll``: ask the sources now, and say how they are."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q, QuerySet
from django.utils import timezone

from ... import flow
from ...conf import conf
from ...polling import condition, follow, run
from ...polling.models import Poll
from ...tracking.models import Order


class Command(BaseCommand):
    """Asks once, without a worker, within the limits of each source."""

    help = "Ask the sources about the parcels that are due, within their limits, and say what waits and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what can be asked for."""
        parser.add_argument("--source", action="append", default=[], metavar="ALIAS", help="this source; repeatable")
        parser.add_argument("--order", metavar="REF", help="the parcels of this order, due or not: number or reference")
        parser.add_argument("--seconds", type=float, default=50, help="for so long at the most (default: %(default)s)")
        parser.add_argument("--dry-run", action="store_true", help="ask nobody, say what would be asked")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, and report."""
        aliases = options["source"] or list(conf.SOURCES)
        if unknown := [alias for alias in aliases if alias not in conf.SOURCES]:
            raise CommandError(f"ORDER_STATUS['SOURCES'] has no {', '.join(map(repr, unknown))}.")
        polls = Poll.objects.filter(alias__in=aliases)
        if options["order"] is not None:
            polls = self._of_order(polls, options["order"], is_dry=options["dry_run"])
        if options["dry_run"]:
            self._say_what_is_due(polls)
        else:
            done = run.drain(ask=flow.ask, register=flow.register, seconds=options["seconds"], polls=polls)
            self.stdout.write(f"{done.asked} parcels asked about{'' if done.is_over else '; there are more'}.")
        for one in condition.every():
            if one.alias in aliases:
                self._say_how_it_is(one)

    def _of_order(self, polls: QuerySet[Poll], reference: str, *, is_dry: bool) -> QuerySet[Poll]:
        """Return the rows of this order's parcels, due now."""
        orders = list(Order.objects.filter(Q(reference=reference) | Q(number=reference)))
        if not orders:
            raise CommandError(f"No order has the number or reference {reference!r}.")
        if not is_dry:
            for order in orders:
                follow.follow(order)
        polls = polls.filter(parcel__order__in=orders)
        if not polls.exists():
            raise CommandError("No source is asked about a parcel of this order.")
        if not is_dry:
            follow.ask_now(polls)
        return polls

    def _say_what_is_due(self, polls: QuerySet[Poll]) -> None:
        now = timezone.now()
        ready = polls.filter(Q(due_at__lte=now) | Q(register_at__lte=now)).select_related("parcel__order")
        for poll in ready.order_by("alias", "due_at", "pk")[:100]:
            what = "register" if poll.register_at and poll.register_at <= now else "ask"
            self.stdout.write(f"{poll.alias}: {what} about parcel {poll.parcel_id} of order {poll.parcel.order}")
        self.stdout.write(f"{ready.count()} due (dry run: nobody was asked).")

    def _say_how_it_is(self, one: condition.Condition) -> None:
        said = f"{one.alias}: {one.due} to ask about, {one.untold} to register, {one.calls} calls free"
        if one.is_open:
            said += f", left in peace until {one.state.open_until:%Y-%m-%d %H:%M:%S %Z}: {one.state.last_error}"
        self.stdout.write(said)
