"""Why a message must not leave."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_noop

ERASED = gettext_noop("The customer's data was erased.")
NO_ADDRESS = gettext_noop("The customer has no address on this channel any more.")
NOT_WANTED = gettext_noop("The customer switched these messages off.")
WITHDRAWN = gettext_noop("The note was withdrawn before the message left.")
OVER = gettext_noop("It came too late to be of use.")


class Withheld(Exception):
    """A message that must not leave; the text says why, for staff and for the customer."""


class Later(Exception):
    """A message that must not leave yet; the text says why, for staff and for the customer."""

    def __init__(self, until: dt.datetime, reason: str) -> None:
        """Take the moment (aware) from which it may leave."""
        super().__init__(reason)
        self.until = until
