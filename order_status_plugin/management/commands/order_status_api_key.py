"""Make, list, replace and revoke keys of the API."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...access import api_keys
from ...access.api_keys import ApiKey, Scope, scopes_for
from ...access.audit import SYSTEM
from ...backends import get_host
from ...exceptions import BackendError


class Command(BaseCommand):
    """``order_status_api_key push --name warehouse``, ``--list``, ``--replace osp_1a2b…``, ``--revoke osp_1a2b…``."""

    help = "Makes a key of the API for a shop and prints it, once; or lists, replaces and revokes keys."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the shop's alias, a name and scopes, or what to do with a key that is there."""
        parser.add_argument("alias", nargs="?", help="alias of the shop in ORDER_STATUS['HOSTS']")
        parser.add_argument("--name", default="", help="who uses it, e.g. warehouse")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            help="what it may; unless given, all that the shop can be asked for",
        )
        deeds = parser.add_mutually_exclusive_group()
        deeds.add_argument("--list", action="store_true", help="list the keys, without their secrets")
        deeds.add_argument("--replace", metavar="KEY", help="make the key that takes this one's place")
        deeds.add_argument("--revoke", metavar="KEY", help="end this key at once")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print what there is to know."""
        if options["list"]:
            for key in ApiKey.objects.all():
                state = "works" if key.is_live else "ended"
                self.stdout.write(
                    f"{api_keys.MARK}_{key.prefix} {key.host} {key.name!r} {state} {','.join(key.scopes)}"
                )
            return
        if options["revoke"]:
            api_keys.revoke(_named(options["revoke"]), actor=SYSTEM)
            self.stdout.write("It is revoked.")
            return
        if options["replace"]:
            try:
                _key, text = api_keys.rotate(_named(options["replace"]), actor=SYSTEM)
            except ValueError as error:
                raise CommandError(str(error)) from error
        else:
            _key, text = self._made(options)
        self.stdout.write(text)
        self.stderr.write("This is the whole key. It is not kept, and nobody can show it again.")

    def _made(self, options: dict[str, Any]) -> tuple[ApiKey, str]:
        alias, name = options["alias"], options["name"]
        if not alias or not name:
            raise CommandError("Name the shop's alias, and --name who uses the key.")
        try:
            known = scopes_for(get_host(alias).takes_calls)
        except (KeyError, BackendError) as error:
            raise CommandError(f"{alias!r} cannot be used: {error}") from error
        scopes = options["scope"] or known
        if wrong := sorted(set(scopes) - known):
            raise CommandError(f"{alias!r} does not speak by the push API: no {', '.join(wrong)}.")
        return api_keys.make(alias, name[:100], scopes, actor=SYSTEM)


def _named(text: str) -> ApiKey:
    """Return the key that begins so; the whole of it may be given, too."""
    prefix = text.removeprefix(f"{api_keys.MARK}_").partition("_")[0].rstrip("…")
    key = ApiKey.objects.filter(prefix=prefix).first()
    if key is None:
        raise CommandError("There is no such key.")
    return key
