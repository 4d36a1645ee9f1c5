"""The contract of a channel: how a message reaches a customer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..backend import Backend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..events import ContactSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One rendered message to one recipient."""

    key: str  # of the outbox row: the same message has the same key, whatever crashes
    recipient: str  # address, number or subscription, as the channel understands it
    subject: str
    text: str
    html: str = ""
    language: str = ""
    milestone: str = ""
    unsubscribe_url: str = ""  # one-click, RFC 8058; "" for none
    sender_name: str = ""  # the shop's name


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider said."""

    provider_id: str = ""


class Channel(Backend, ABC):
    """Sends rendered messages. Raises; never retries by itself: the relay does."""

    #: Whether letters that are no news of an order go this way too: a code, a warning, links that were asked for.
    takes_notices: ClassVar[bool] = False

    @abstractmethod
    def recipient(self, contact: ContactSnapshot) -> str:
        """Return where this contact is reached, or "" when it cannot be."""

    @abstractmethod
    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        """Send a batch and return what became of each, by key.

        The value is a Receipt, or a TemporaryFailure or PermanentFailure for that one message.
        """
