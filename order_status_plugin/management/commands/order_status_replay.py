"""Handle messages of the inbox again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ... import flow
from ...intake import inbox
from ...intake.models import InboxMessage


class Command(BaseCommand):
    """``order_status_replay 17 18``, ``order_status_replay --alias aftership --state failed``."""

    help = "Handles messages of the inbox again: by id, or by alias and state. It changes nothing that stands already."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ids, alias, state and --dry-run."""
        parser.add_argument("ids", nargs="*", type=int, metavar="id", help="ids of messages; none takes all that fit")
        parser.add_argument("--alias", help="only messages of this source")
        parser.add_argument(
            "--state",
            choices=InboxMessage.State.values,
            help="only messages in this state; 'failed' unless ids are given",
        )
        parser.add_argument("--dry-run", action="store_true", help="list the messages and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay in the order in which the messages came, and say what became of each."""
        messages = InboxMessage.objects.order_by("pk").defer("body")
        state = options["state"] or ("" if options["ids"] else InboxMessage.State.FAILED)
        if options["ids"]:
            messages = messages.filter(pk__in=options["ids"])
            missing = set(options["ids"]) - set(messages.values_list("pk", flat=True))
            if missing:
                raise CommandError(f"There is no message {', '.join(map(str, sorted(missing)))}.")
        if options["alias"]:
            messages = messages.filter(alias=options["alias"])
        if state:
            messages = messages.filter(state=state)
        keys = list(messages.values_list("pk", flat=True))
        for pk in keys:
            message = InboxMessage.objects.defer("body").get(pk=pk)
            before = message.state
            if before == InboxMessage.State.REDACTED:
                self.stdout.write(f"{pk} {message.alias} was erased and cannot be replayed")
                continue
            if options["dry_run"]:
                self.stdout.write(f"{pk} {message.alias} {before} {message.reason}".rstrip())
                continue
            inbox.replay(InboxMessage.objects.filter(pk=pk))
            message.refresh_from_db(fields=["state", "attempts", "leased_until", "reason"])
            inbox.settle(message, flow.handle_message)
            self.stdout.write(f"{pk} {message.alias} {before} -> {message.state} {message.reason}".rstrip())
        self.stdout.write(f"{len(keys)} messages{' would be replayed' if options['dry_run'] else ''}")
