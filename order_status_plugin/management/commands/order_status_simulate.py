"""Play a scenario for one order: signed webhooks over HTTP, on a clock."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from wagtail.models import Site

from ...access.links import resolve
from ...conf import conf
from ...exceptions import OrderStatusError
from ...simulator.play import SPEED, Simulator
from ...simulator.scenarios import SCENARIOS
from ...simulator.tell import Memory, Teller
from ...tracking.models import Order


class Command(BaseCommand):
    """Without an order it lists the scenarios. A shop that can ship by code sets ``simulator_class``."""

    help = "Plays a scenario for one order by sending signed webhooks, in its sources' words, to the running site."
    simulator_class: ClassVar[type[Simulator]] = Simulator
    #: Who remembers for providers that are asked; None: only sources that are pushed to can be played.
    memory: ClassVar[Memory | None] = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--scenario", choices=sorted(SCENARIOS), help="which story")
        parser.add_argument("--order", help="an order's number, its link, or the link's last part")
        parser.add_argument(
            "--through", default="", metavar="ALIAS", help="the source that hears it (default: who follows the parcel)"
        )
        parser.add_argument(
            "--speed", type=float, default=SPEED, help="how many times faster than life (default: %(default)s)"
        )
        parser.add_argument("--base-url", default="", help="where the site runs (default: the Wagtail Site's address)")

    def handle(self, *args: Any, **options: Any) -> None:
        """List, or play."""
        if not (options["scenario"] and options["order"]):
            if options["scenario"] or options["order"]:
                raise CommandError("Give both --scenario and --order, or neither for the list of scenarios.")
            for scenario in SCENARIOS.values():
                self.stdout.write(f"{scenario.name:<10} {scenario.title}. {scenario.tells}")
            return
        if options["speed"] <= 0:
            raise CommandError("--speed must be greater than 0.")
        if options["through"] and options["through"] not in conf.SOURCES:
            raise CommandError(f"There is no source {options['through']!r}: choose from {', '.join(conf.SOURCES)}.")
        simulator = self.simulator_class(
            self._order(options["order"]),
            self._teller(options["base_url"]),
            through=options["through"],
            speed=options["speed"],
            say=self.stdout.write,
        )
        try:
            simulator.play(SCENARIOS[options["scenario"]])
        except OrderStatusError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _order(self, given: str) -> Order:
        token = given.rstrip("/").rsplit("/", 1)[-1]
        order = resolve(token)
        if order is not None:
            return order
        found = list(Order.objects.filter(Q(number=given) | Q(number_key=given.casefold()))[:2])
        if not found:
            raise CommandError(f"There is no order {given!r}.")
        if len(found) > 1:
            raise CommandError(f"Two hosts have an order {given!r}: give its link.")
        return found[0]

    def _teller(self, given: str) -> Teller:
        base = given or conf.BASE_URL
        if not base:
            site = Site.objects.filter(is_default_site=True).first()
            if site is None:
                raise CommandError("There is no default Wagtail Site: give --base-url.")
            base = site.root_url
        return Teller(base, self.memory)
