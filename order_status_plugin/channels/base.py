"""The contract of a channel: how a message reaches a customer."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider said."""

    provider_id: str = ""


class Channel(Receiver, ABC):
    """Sends rendered messages. Raises; never retries by itself: the relay does.

    A channel whose provider says what became of a message, or passes on what customers answer, has ``verify`` and
    :meth:`parse`. A channel that :attr:`subscribes` has no address at checkout: customers add one on the page.
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

    @abstractmethod
    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        """Send a batch and return what became of each, by key.

        The value is a Receipt, or a TemporaryFailure, PermanentFailure or GoneRecipient for that one message.
        """

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
