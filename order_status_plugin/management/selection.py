"""Which orders a command is about: one of a host, those of a number, or those of a person."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from ..access import find
from ..tracking.models import Order


def add_arguments(parser: CommandParser) -> None:
    """Take one of --order, --number, --email and --phone."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--order", nargs=2, metavar=("HOST", "REFERENCE"), help="one order of a host")
    which.add_argument("--number", help="the order with this number; in every host, unless --host says which")
    which.add_argument("--email", help="every order with this email, at checkout or now")
    which.add_argument(
        "--phone", help="every order with this phone number, at checkout or now, e.g. '+44 20 7946 0018'"
    )
    parser.add_argument("--host", metavar="ALIAS", help="only orders of this host")


def orders(options: dict[str, Any]) -> list[Order]:
    """Return the orders that were asked for; a CommandError says that there are none, or too many to be one."""
    if options["order"]:
        rows = find.by_reference(*options["order"])
    elif options["number"] is not None:
        rows = find.by_number(options["number"])
    elif options["email"] is not None:
        rows = find.by_email(options["email"])
    else:
        rows = find.by_phone(options["phone"])
    if options["host"]:
        rows = rows.filter(host=options["host"])
    found = list(rows.order_by("pk"))
    if not found:
        raise CommandError("There is no such order, or what was personal of it is erased already.")
    if options["number"] is not None and len(found) > 1:
        named = ", ".join(f"{order.host} {order.reference}" for order in found)
        raise CommandError(f"Several orders have this number: {named}. Give --order HOST REFERENCE.")
    return found
