"""The contract of a source: who tells us where parcels are."""

from __future__ import annotations

import datetime as dt
import email.utils
from abc import ABC
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.core.checks import CheckMessage

from .. import reading
from ..backend import Receiver
from ..backend import Webhook as Webhook
from ..carriers import catalogue
from ..exceptions import PermanentFailure, UnreadableMessage, UntrustedWebhook

if TYPE_CHECKING:
    from ..events import Nudge, TrackedParcel, TrackingUpdate
    from ..http import Response


@dataclass(frozen=True, slots=True)
class Budget:
    """How many calls a provider allows in a time."""

    calls: int
    per: dt.timedelta


#: Where nobody says how often a provider may be asked.
MODEST = (Budget(calls=60, per=dt.timedelta(minutes=1)),)


class Source(Receiver, ABC):
    """Turns a provider's messages into our words. Its own words never leave its file.

    A source that is pushed to has :meth:`verify` and :meth:`parse`; one that is asked has :meth:`fetch` and
    :meth:`parse`; one that must be told which parcels to follow has :meth:`register`. Many are all three.
    """

    #: Staff enter what it says: its estimates are the shop's own.
    is_by_hand: ClassVar[bool] = False
    #: Numbers that one call of :meth:`fetch`, and one of :meth:`register`, may be about.
    batch_size: ClassVar[int] = 1
    #: What the provider allows; ``OPTIONS["budgets"]``, a list of ``(calls, seconds)``, stands in its place.
    allowed: ClassVar[tuple[Budget, ...]] = ()
    #: How long a registration lasts at the provider, None for as long as the parcel travels.
    registration_lasts: ClassVar[dt.timedelta | None] = None

    def tracks(self, carrier: str) -> bool:
        """Say whether this source follows parcels of the carrier with this slug."""
        carriers = self.options.get("carriers")
        return carrier in carriers if carriers is not None else self.knows(carrier)

    def knows(self, carrier: str) -> bool:
        """Say whether the provider could follow this carrier at all; ``OPTIONS["carriers"]`` narrows it."""
        return False

    def budgets(self) -> tuple[Budget, ...]:
        """Return how often it may be asked: ``OPTIONS["budgets"]`` in the place of what the provider allows."""
        given = self.options.get("budgets")
        if given is None:
            return self.allowed or MODEST
        return tuple(Budget(int(calls), dt.timedelta(seconds=float(seconds))) for calls, seconds in given)

    # --- it tells us, where is_pushed() says so: it is then asked rarely, for what they may have missed ----

    def parse(self, webhook: Webhook) -> Iterable[TrackingUpdate | Nudge]:
        """Yield what a verified body, or an answer, says. Raises UnreadableMessage, with what is wrong and where.

        Where the signature of a request is weak, yield a Nudge for it, and updates for answers alone.
        """
        raise UnreadableMessage("This source takes no webhooks.")

    # --- we ask it ------------------------------------------------------------------------------------

    def is_asked(self) -> bool:
        """Say whether :meth:`fetch` works with these options."""
        return False

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield the provider's answers about at most ``batch_size`` parcels, each with ``is_answer``; they are parsed later.

        A number that the provider does not know is no failure: yield what it says, or nothing. Raises
        TemporaryFailure, AccessDenied, PermanentFailure, as :class:`order_status_plugin.http.Api` does.
        """
        raise PermanentFailure("This source cannot be asked.")

    def needs_registration(self) -> bool:
        """Say whether the provider follows only numbers that :meth:`register` told it, with these options."""
        return False

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Have the provider follow at most ``batch_size`` parcels. Repeating it changes nothing. Raises as fetch does."""
        raise PermanentFailure("This source needs no registration.")


class NudgedSource(Source, ABC):
    """A source whose webhooks anybody could imitate who learnt their address.

    The secret stands in the address, and nothing that a webhook says is believed: its parse yields a Nudge for each
    parcel, the provider is asked, and the answer is what counts. So it needs ``secrets`` and ``api_key``.
    """

    secrets_hint: ClassVar[str] = (
        "Make up a long secret: it is the last part of the address that the provider posts to."
    )
    key_hint: ClassVar[str] = "Copy the key of the provider's API: what webhooks say is asked for again."

    def check(self) -> list[CheckMessage]:
        """Say which of the two is missing."""
        return [*self.check_secrets(self.secrets_hint), *self.check_texts("api_key", hint=self.key_hint)]

    def is_pushed(self) -> bool:
        """Its webhooks say when to ask."""
        return True

    def is_asked(self) -> bool:
        """Say whether there is a key to ask with."""
        return bool(self.option("api_key"))

    def needs_registration(self) -> bool:
        """Say whether parcels are told to the provider; ``OPTIONS["register"] = False`` leaves it to the shop."""
        return self.is_asked() and self.options.get("register", True) is not False

    def verify(self, webhook: Webhook) -> None:
        """Compare the secret in the address with each of ours."""
        if not self.is_secret(webhook.secret):
            raise UntrustedWebhook("The secret in the address of this webhook is missing or wrong.")


def answer(response: Response) -> Webhook:
    """Return what a provider answered, with the time at which it did: kept where ``kept_headers`` names ``date``."""
    headers = {"date": response.headers["Date"]} if "Date" in response.headers else {}
    return Webhook(body=response.content, headers=headers, is_answer=True)


def answered_at(webhook: Webhook) -> dt.datetime | None:
    """Return when an answer was given, None for what nobody asked for or where it is not said."""
    try:
        given = email.utils.parsedate_to_datetime(webhook.headers.get("date", ""))
    except ValueError:
        return None
    if not webhook.is_answer or given.year not in reading.YEARS:
        return None
    return given.replace(tzinfo=given.tzinfo or dt.UTC).astimezone(dt.UTC)


def in_our_slugs(table: Mapping[str, str]) -> dict[str, str]:
    """Return a provider's codes of carriers with our slugs, for those carriers that the catalogue holds.

    The table gives a slug, a name or an alias for each code. Of several codes for one carrier the first is the one
    that we say to the provider (:func:`their_code`).
    """
    found = ((code, catalogue.find(spelling)) for code, spelling in table.items())
    return {code: carrier.slug for code, carrier in found if carrier is not None}


def their_code(table: Mapping[str, str], carrier: str) -> str:
    """Return the first code that means the carrier with this slug, "" when there is none."""
    return next((code for code, slug in table.items() if slug == carrier), "")
