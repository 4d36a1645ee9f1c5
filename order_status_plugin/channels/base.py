"""The contract of a channel: how a message reaches a customer."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from ..backend import Receiver
from ..backend import Webhook as Webhook
from ..events import Medium
from ..exceptions import UnreadableMessage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..events import ContactSnapshot, CustomerWord, DeliveryReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One rendered message to one recipient."""

    key: str  # of the outbox row: the same message has the same key, whatever crashes
    recipient: str  # address, number or subscription, as the channel understands it
    subject: str
    text: str
    html: str = ""
    link: str = ""  # the order's address; it stands in the text, too
    language: str = ""
    milestone: str = ""
    unsubscribe_url: str = ""  # one-click, RFC 8058; "" for none
    sender_name: str = ""  # the shop's name
    host: str = ""  # the alias of the shop


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider said."""

    provider_id: str = ""


class Channel(Receiver, ABC):
    """Sends rendered messages. Raises; never retries by itself: the relay does.

    A channel whose provider says what became of a message, or passes on what customers answer, has ``verify`` and
    :meth:`parse`. A channel that :attr:`subscribes` has no address at checkout: customers add one on the page.

    Options that all have: ``after_crash``, "resend" (the default) or "leave": what becomes of a message that may have
    arrived when nobody can tell; ``knows_keys_for``, in seconds, where the shop's provider knows keys and the class
    cannot know it.
    """

    answers_in_words: ClassVar[bool] = False
    #: What it carries: which of the shop's texts are rendered for it.
    medium: ClassVar[Medium] = Medium.MAIL
    #: Whether letters that are no news of an order go this way too: a code, a warning, links that were asked for.
    takes_notices: ClassVar[bool] = False
    #: How long the receiver knows a message's key, so that the same one again is not a second one. None: it does not.
    knows_keys_for: ClassVar[dt.timedelta | None] = None
    #: Whether it may ring at night: then it waits for the morning at the recipient.
    rings: ClassVar[bool] = False
    #: Whether its recipients are subscriptions that customers make on the page, any number for an order.
    subscribes: ClassVar[bool] = False

    @abstractmethod
    def recipient(self, contact: ContactSnapshot) -> str:
        """Return where this contact is reached, or "" when it cannot be. One that subscribes returns ""."""

    def application_server_key(self) -> str:
        """Return the public key that a browser subscribes with, "" where customers cannot subscribe now."""
        return ""

    def subscription(self, given: str) -> str:
        """Return the recipient that a browser's subscription names, spelled so that the same one is the same text.

        Anybody may send it. Raises UnreadableMessage for what is none, or would be sent to where it must not.
        """
        raise UnreadableMessage("Nobody subscribes to this channel.")

    @abstractmethod
    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        """Send a batch and return what became of each, by key.

        The value is a Receipt, or a TemporaryFailure, PermanentFailure or GoneRecipient for that one message. Where
        the receiver knows no keys, the relay hands over one message at a time, so that it can note each at once.
        """

    @contextmanager
    def session(self) -> Iterator[None]:
        """Hold open what several calls of :meth:`send` share, e.g. a connection."""
        yield

    def key_lifetime(self) -> dt.timedelta | None:
        """Return how long the receiver knows a message's key: the option, else :attr:`knows_keys_for`."""
        given = self.options.get("knows_keys_for")
        return dt.timedelta(seconds=given) if isinstance(given, int | float) else self.knows_keys_for

    def resends(self) -> bool:
        """Say whether a message that may have arrived is sent again, where the receiver would not know it again."""
        return bool(self.options.get("after_crash", "resend") == "resend")

    def stop_hint(self) -> str:
        """Return how a text message says that it can be stopped: "word", "link", or "" where it does not."""
        return str(self.options.get("stop_hint", ""))

    def cost(self, recipient: str, text: str) -> Decimal | None:
        """Return what this text to this recipient may cost, None where no price is known."""
        return None

    def costs_by_country(self, text: str) -> Mapping[str, Decimal]:
        """Return what this text may cost, by country, ``"*"`` for every other one; nothing where no price is known."""
        return {}

    def budget(self) -> Mapping[str, int]:
        """Return how many messages may leave in an ``"hour"`` and in a ``"day"``; what is not named has no limit."""
        return {}

    def parse(self, webhook: Webhook) -> Iterable[DeliveryReport | CustomerWord]:
        """Yield what a verified webhook says. Raises UnreadableMessage, with what is wrong and where."""
        raise UnreadableMessage("This channel takes no webhooks.")

    def connect(self, hear: Callable[[str, Webhook], None]) -> None:
        """Listen to what reaches the project by another door than ours: called once, when Django starts.

        ``hear`` takes our alias and what was heard, written as :meth:`parse` reads it; it is stored when that returns.
        """


class OrderIssuer(ABC):
    """What a channel of the medium WALLET has beside: it issues orders as signed files, whose holders are then told."""

    @property
    @abstractmethod
    def order_type(self) -> str:
        """Return the order type identifier, "" where none is set."""

    @property
    @abstractmethod
    def merchant(self) -> str:
        """Return the merchant identifier, "" where none is set."""

    @property
    @abstractmethod
    def shows_address(self) -> bool:
        """Say whether the file may hold where the order goes."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Say whether a file can be signed now."""

    @abstractmethod
    def logo(self) -> bytes:
        """Return the shop's logo as PNG, b"" for none."""

    @abstractmethod
    def sign(self, manifest: bytes) -> bytes:
        """Return the detached signature, PKCS #7 in DER. Raises ValueError, OSError or ImportError."""
