"""How is the installation? And, with --leaks, does any address tell anybody more than it may?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...carriers import audit
from ...security import crawl
from ...watching import readiness


class Command(BaseCommand):
    """Look after the plugin."""

    help = (
        "Says on one screen whether this installation is ready. With --leaks: places an order of made-up personal "
        "words, visits every address of the plugin as anybody, as the customer and as staff, reads answers, logs and "
        "mails, and fails on a word that its reader may not see. Nothing of that order stays. With --links: holds every "
        "link of the carrier catalogue, and of the shop's own carriers, against the form that customers may be sent to."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--leaks", action="store_true", help="look for leaks instead")
        parser.add_argument(
            "--links", action="store_true", help="check the carriers' links instead; nothing is fetched"
        )
        parser.add_argument("--language", action="append", default=[], help="a language to visit in; may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        """Report, and fail where something is wrong."""
        if options["leaks"]:
            self._leaks(options["language"])
        elif options["links"]:
            self._links()
        else:
            self._readiness()

    def _readiness(self) -> None:
        facts = readiness.look()
        for fact in facts:
            self.stdout.write(f"{'ok ' if fact.is_well else 'NO '} {fact.about}: {fact.says}")
        wrong = sum(not fact.is_well for fact in facts)
        if wrong:
            raise CommandError(f"{wrong} of {len(facts)} want looking at.")
        self.stdout.write("Ready.")

    def _links(self) -> None:
        report = audit.links()
        for problem in report.problems:
            self.stdout.write(f"BAD {problem}")
        self.stdout.write(f"{report.carriers} carriers, {report.own} of them the shop's own; {report.links} links.")
        if report.problems:
            raise CommandError(f"{len(report.problems)} problems.")
        self.stdout.write("Every link is one that customers may be sent to.")

    def _leaks(self, languages: list[str]) -> None:
        report = crawl.run(languages)
        self.stdout.write(
            f"{report.requests} requests to {report.routes} addresses as anybody, customer and staff, in "
            f"{', '.join(report.languages)}; order {', '.join(report.states) or 'not placed'}; "
            f"{report.mails} mails and {report.log_lines} log lines read."
        )
        for problem in report.problems:
            self.stdout.write(f"LEAK {problem}" if "shows" in problem else f"WRONG {problem}")
        if report.problems:
            raise CommandError(f"{len(report.problems)} problems.")
        self.stdout.write("Nothing personal where it must not be.")
