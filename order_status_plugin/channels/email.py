"""Mail, through whatever ``django.core.mail`` is set up to use."""

from __future__ import annotations

import contextlib
import re
import smtplib
from collections.abc import Callable, Iterator, Mapping
from email import policy as policies
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core import checks, mail
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext_lazy as _

from ..conf import conf
from ..exceptions import AccessDenied, GoneRecipient, PermanentFailure, TemporaryFailure
from . import tracking
from .base import Channel, Message, Receipt, Webhook
from .letter import PLAIN_ADDRESS, Letter

if TYPE_CHECKING:
    from ..events import ContactSnapshot, DeliveryReport


_NOBODY = re.compile(rb"\b5\.1\.(1|2|10)\b")


#: The server fell silent, perhaps after it took the mail.
_BROKEN = (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError)


class EmailChannel(Channel):
    """Sends mails. Options: ``from_email``, ``reply_to`` (an address or a list), ``mailer`` (Django 6.1's alias).

    Where several shops send by it, ``from_email`` and ``reply_to`` may be a dict: one for each host's alias.

    The Message-ID is made of the message's key: a mail that had to be sent again after a crash is the same mail to
    providers and mailboxes that look. Where a provider takes keys by a header of its own, ``key_header`` names it, and
    ``knows_keys_for`` says for how many seconds the provider keeps them.
    """

    label: ClassVar[str] = _("Email")  # type: ignore[assignment]
    takes_notices: ClassVar[bool] = True

    def __init__(self, alias: str, options: Mapping[str, Any]) -> None:
        """Keep the options; a connection is opened when something is sent."""
        super().__init__(alias, options)
        self._open: Any = None
        self._is_held = False

    def recipient(self, contact: ContactSnapshot) -> str:
        """Return the address given at checkout."""
        return contact.email.strip()

    def check(self) -> list[checks.CheckMessage]:
        """Warn of a sender that no customer can answer."""
        given = self.options.get("from_email")
        hosts = [*conf.HOSTS] if isinstance(given, Mapping) else [""]
        unanswered = {sender for host in hosts if parseaddr(sender := self._from(host))[1].endswith("@localhost")}
        if unanswered:
            return [
                checks.Warning(
                    f"Mails of the channel {self.alias!r} would come from {', '.join(map(repr, sorted(unanswered)))}.",
                    hint="Set DEFAULT_FROM_EMAIL, or OPTIONS['from_email'] of the channel.",
                    id="order_status.W310",
                )
            ]
        return []

    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        """Send all over one connection; after the connection broke, the rest is left for the next time."""
        if not self._is_held:
            with self.session():
                return self.send(messages)
        results: dict[str, Receipt | Exception] = {}
        if self._open is None and messages:
            try:
                self._open = self._connection()
                self._open.open()
            except Exception as error:  # noqa: BLE001 - backends raise what they like; no message is to blame
                self._close()
                kind = AccessDenied if _is_denied(error) else TemporaryFailure
                broken = kind(f"{type(error).__name__}: {error}")
                return dict.fromkeys((message.key for message in messages), broken)
        for message in messages:
            try:
                results[message.key] = self._send(self._open, message)
            except Exception as error:  # noqa: BLE001 - the same
                results[message.key] = failure(error)
                if isinstance(error, _BROKEN):
                    self._close()
                    break
        lost = TemporaryFailure("The connection to the mail server broke.")
        return {message.key: results.get(message.key, lost) for message in messages}

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Keep one connection for several calls; it is opened by the first."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            self._close()

    def _close(self) -> None:
        connection, self._open = self._open, None
        with contextlib.suppress(Exception):  # a bad farewell takes back no mail that left
            if connection is not None:
                connection.close()

    def connect(self, hear: Callable[[str, Webhook], None]) -> None:
        """Hear of deliveries, bounces and complaints where django-anymail is installed, whatever its provider is."""
        if apps.is_installed("anymail"):
            tracking.follow(self.alias, hear)

    def parse(self, webhook: Webhook) -> Iterator[DeliveryReport]:
        """Yield what became of a mail."""
        return tracking.parse(webhook.body)

    def _connection(self) -> Any:
        if hasattr(mail, "mailers"):  # Django 6.1 and later
            return mail.mailers[self.options.get("mailer", "default")]
        return mail.get_connection()

    def _send(self, connection: Any, message: Message) -> Receipt:
        sender = _with_name(self._from(message.host), message.sender_name)
        letter = Letter(
            " ".join(message.subject.split()),
            message.text,
            sender,
            [message.recipient],
            headers=_headers(message, sender) | self._key(message),
            reply_to=self._reply_to(message.host),
        )
        if message.html:
            letter.attach_alternative(message.html, "text/html")
        if not _hand_over(connection, letter):
            raise TemporaryFailure("The mail backend said that it sent nothing.")
        # django-anymail leaves the provider's own id here.
        status = getattr(letter, "anymail_status", None)
        return Receipt(provider_id=str(getattr(status, "message_id", None) or letter.extra_headers["Message-ID"]))

    def _key(self, message: Message) -> dict[str, str]:
        name = self.option("key_header")
        return {name: str(UUID(message.key))} if name else {}

    def _from(self, host: str) -> str:
        return str(self._of(host, "from_email") or settings.DEFAULT_FROM_EMAIL)

    def _reply_to(self, host: str) -> list[str]:
        given = self._of(host, "reply_to") or []
        return [given] if isinstance(given, str) else list(given)

    def _of(self, host: str, name: str) -> Any:
        """Return an option, or what it is for this shop where it is one for each."""
        given = self.options.get(name)
        return given.get(host) if isinstance(given, Mapping) else given


def _hand_over(connection: Any, letter: Letter) -> int:
    """Send a letter; return how many were sent.

    Django's own backend reads both addresses anew for every mail, in a third of the time that the mail takes. Where
    there is nothing to be read in them, its connection is handed them as they are.
    """
    server = getattr(connection, "connection", None)
    sender = _address_of(letter.from_email)
    is_djangos = type(connection) is EmailBackend and not connection.fail_silently
    ready = letter.ready(policies.SMTP) if is_djangos and PLAIN_ADDRESS.fullmatch(sender) else None
    if ready is None or server is None:
        return connection.send_messages([letter]) or 0
    server.sendmail(sender, letter.to, ready.as_bytes(policy=policies.SMTP))
    return 1


@lru_cache(maxsize=64)
def _address_of(sender: str) -> str:
    return parseaddr(sender)[1]


def _headers(message: Message, sender: str) -> dict[str, str]:
    domain = _address_of(sender).rpartition("@")[2] or "localhost"
    headers = {
        "Message-ID": f"<{message.key}@{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    if message.milestone:
        headers["X-Order-Status"] = message.milestone
    if message.language:
        headers["Content-Language"] = message.language
    if message.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


@lru_cache(maxsize=64)
def _with_name(sender: str, name: str) -> str:
    """Return the sender with the shop's name, unless the setting already gives one."""
    given, address = parseaddr(sender)
    if given or not name or "@" not in address:
        return sender
    return str(Address(display_name=" ".join(name.split()), addr_spec=address))


def failure(error: Exception) -> TemporaryFailure | PermanentFailure:
    """Say whether trying again can help. In doubt it can: a mail given up by mistake is a customer left alone."""
    if isinstance(error, TemporaryFailure | PermanentFailure):
        return error
    text = f"{type(error).__name__}: {error}"
    if _is_denied(error):
        return AccessDenied(text)
    if _is_gone(error):
        return GoneRecipient(text)
    if _is_final(error):
        return PermanentFailure(text)
    return TemporaryFailure(text, may_have_arrived=isinstance(error, _BROKEN))


def _is_denied(error: Exception) -> bool:
    """Say whether the shop's own credentials were refused: for good (454 is a passing trouble), or by HTTP."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return error.smtp_code >= 500
    return getattr(error, "status_code", None) == 401


def _is_gone(error: Exception) -> bool:
    """Say whether nobody has this address: no such mailbox, no such domain (RFC 3463, X.1.1, X.1.2, X.1.10)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 and _NOBODY.search(bytes(text)) for code, text in error.recipients.values())
    # django-anymail: the provider knows that it is invalid, or had it bounce before.
    return any(kind.__name__ == "AnymailRecipientsRefused" for kind in type(error).__mro__)


def _is_final(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    if isinstance(error, ValueError) and not isinstance(error, smtplib.SMTPException):
        return True  # an address or a header that no mail can have
    # django-anymail: the provider's HTTP status. 403 is the shop's account, 429 and 408 are haste.
    return getattr(error, "status_code", None) in (400, 404, 410, 413, 422)
