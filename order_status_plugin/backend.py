"""What hosts, sources and channels have in common."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.checks import CheckMessage, Error, Warning

from .exceptions import UnreadableMessage

#: A shared secret shorter than this can be guessed by trying.
SHORT = 12


@dataclass(frozen=True, slots=True)
class Webhook:
    """One message of a provider, as it came: a request of its to our door, or its answer to a question of ours."""

    body: bytes  # raw: signatures are over these very bytes
    headers: Mapping[str, str]  # names in lower case
    secret: str = ""  # from the address, for providers that cannot sign
    is_answer: bool = False  # we asked for it: what a weakly signed request says, an answer proves
    url: str = ""  # absolute, as it was asked for: some sign it, too; not kept in the inbox


class Backend:
    """One entry of ``ORDER_STATUS``: a host, a source or a channel.

    ``alias`` is the key in ``ORDER_STATUS`` and, for webhooks, the address. ``options`` is the dict under
    ``OPTIONS``; a subclass reads what it needs in ``__init__`` and keeps nothing between requests.
    """

    #: A name for people, e.g. in the admin.
    label: ClassVar[str] = ""

    def __init__(self, alias: str, options: Mapping[str, Any]) -> None:
        """Keep alias and options. Raise nothing here: say what is wrong in :meth:`check`."""
        self.alias = alias
        self.options = options

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about these options. No network here."""
        return []

    def expiries(self) -> Mapping[str, dt.datetime]:
        """Return when what it signs or proves itself with ends, by its name: for the doctor. No network here."""
        return {}

    # --- options that many have -----------------------------------------------------------------------

    def option(self, name: str, default: str = "") -> str:
        """Return a text of OPTIONS, ``default`` where there is none."""
        given = self.options.get(name)
        return given if isinstance(given, str) and given else default

    def secrets(self) -> list[str]:
        """Return the webhook secrets under ``OPTIONS["secrets"]``, newest first."""
        return [secret for secret in self._given_secrets() if isinstance(secret, str) and secret]

    def is_secret(self, given: str) -> bool:
        """Say whether this is one of the secrets; the time that it takes tells nothing."""
        matches = [hmac.compare_digest(given.encode(), secret.encode()) for secret in self.secrets()]
        return any(matches)

    def check_secrets(self, hint: str) -> list[CheckMessage]:
        """Say when webhooks cannot be verified, or too easily forged; ``hint`` tells where the secrets are found."""
        given, where = self._given_secrets(), self._where()
        if not given:
            return [
                Error(f"{where} needs a list of webhook secrets under 'secrets'.", hint=hint, id="order_status.E401")
            ]
        if any(not isinstance(secret, str) or not secret for secret in given):
            return [Error(f"{where}: each of 'secrets' must be a text.", hint=hint, id="order_status.E402")]
        if any(len(secret) < SHORT for secret in self.secrets()):
            return [
                Warning(
                    f"{where}: a secret under {SHORT} characters can be guessed.", hint=hint, id="order_status.W401"
                )
            ]
        return []

    def check_texts(self, *names: str, hint: str) -> list[CheckMessage]:
        """Say which of these options is not there, or no text."""
        return [
            Error(f"{self._where()} needs a text under {name!r}.", hint=hint, id="order_status.E403")
            for name in names
            if not self.option(name)
        ]

    def _given_secrets(self) -> list[object]:
        given = self.options.get("secrets")
        return list(given) if isinstance(given, (list, tuple)) else []

    def _where(self) -> str:
        kinds = [base.__name__ for base in type(self).__mro__ if {Backend, Receiver} & set(base.__bases__)]
        kind = next((name for name in kinds if name != Receiver.__name__), Backend.__name__)
        return f"ORDER_STATUS['{kind.upper()}S'][{self.alias!r}]['OPTIONS']"


class Receiver(Backend):
    """A backend whose provider may tell us something by webhooks. Its alias is their address."""

    #: The headers that are kept beside the body in the inbox, in lower case: what ``parse`` needs, no secrets.
    kept_headers: ClassVar[tuple[str, ...]] = ()
    #: Whether the answer to a webhook says what became of it. Some providers would take it for something to do.
    answers_in_words: ClassVar[bool] = True

    def is_pushed(self) -> bool:
        """Say whether webhooks are set up."""
        return False

    def verify(self, webhook: Webhook) -> None:
        """Raise UntrustedWebhook unless a configured secret signed this very body.

        Raises TemporaryFailure where that cannot be known now: then the provider is asked to send it again. So it is
        after whatever else it raises, so nothing that a stranger can send may raise anything but UntrustedWebhook.
        """
        raise UnreadableMessage("This backend takes no webhooks.")

    def is_knock(self, webhook: Webhook) -> bool:
        """Say whether the provider only tries whether somebody is here: it is answered with 200 and not kept."""
        return False

    def message_key(self, webhook: Webhook) -> str:
        """Return the provider's own id of this delivery, "" to go by the digest of the body."""
        return ""

    def about(self, webhook: Webhook) -> str:
        """Return the host's key of the one order that this is about, "" where it is about none, or does not say.

        It stands beside the body, so that an order's messages are found when the order is erased.
        """
        return ""
