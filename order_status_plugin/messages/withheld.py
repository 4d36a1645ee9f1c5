"""Why a message must not leave, or not yet."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_noop

ERASED = gettext_noop("The customer's data was erased.")
NO_ADDRESS = gettext_noop("The customer has no address on this channel any more.")
NO_DEVICE = gettext_noop("This device does not listen any more.")
NOT_WANTED = gettext_noop("The customer switched these messages off.")
NO_CONSENT = gettext_noop("The customer did not agree to messages on this channel.")
NOT_TOLD = gettext_noop("The shop does not tell this on this channel.")
OVERTAKEN = gettext_noop("A later message says more.")
WITHDRAWN = gettext_noop("The note was withdrawn before the message left.")
OVER = gettext_noop("It came too late to be of use.")
SUPPRESSED: dict[str, str] = {
    "bounced": gettext_noop("Nobody is reached at this address."),
    "complained": gettext_noop("The recipient marked an earlier message as spam."),
    "opted_out": gettext_noop("The recipient stopped these messages at the provider."),
    "stop": gettext_noop("The recipient answered STOP."),
}

QUIET_HOURS = gettext_noop("It is night where the customer is.")
SHOP_IS_OFF = gettext_noop("All messages of this shop are switched off.")


class Withheld(Exception):
    """A message that must not leave; the text says why, for staff and for the customer."""


class Later(Exception):
    """A message that must not leave before ``until`` (aware); the text says why."""

    def __init__(self, until: dt.datetime, reason: str = "") -> None:
        """Keep when to ask again."""
        super().__init__(reason)
        self.until = until
