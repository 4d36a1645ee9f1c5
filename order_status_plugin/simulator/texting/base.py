"""What a provider of text messages does: it takes them, says what became of them, and passes on answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...events import Delivery
from ..providers.base import Call, Reply


@dataclass(frozen=True, slots=True)
class Text:
    """A message that was taken."""

    provider_id: str
    recipient: str  # E.164
    text: str


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook, ready to post."""

    body: bytes
    headers: Mapping[str, str]


@dataclass
class Exchange(ABC):
    """Speaks as one provider does; knows nothing of the adapter's tables. What it takes stands in ``texts``."""

    secret: str  # signs its webhooks
    hook: str = ""  # the absolute address that they are posted to: some sign it, too
    texts: list[Text] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # numbers of which it says that they do not exist
    stopped: set[str] = field(default_factory=set)  # numbers that answered STOP, as far as it says so at once
    is_hasty: bool = False  # it has had too many messages

    def reply(self, call: Call) -> Reply:
        """Answer one call: take a message, or say why not."""
        if self.is_hasty:
            return self._with(Reply.of({"title": "Too many requests"}, 429), {"Retry-After": "7"})
        return self.take(call)

    @abstractmethod
    def take(self, call: Call) -> Reply:
        """Answer one call of an account in good standing."""

    @abstractmethod
    def receipt(self, text: Text, delivery: Delivery | None) -> Post:
        """Return what it posts when this became of a message; None: it is still on its way."""

    @abstractmethod
    def answer(self, sender: str, text: str) -> Post:
        """Return what it posts when this number (E.164) answers."""

    def keep(self, provider_id: str, recipient: str, text: str) -> None:
        """Note a message that it takes."""
        self.texts.append(Text(provider_id, recipient, text))

    @staticmethod
    def _with(reply: Reply, headers: Mapping[str, str]) -> Reply:
        return Reply(status=reply.status, body=reply.body, headers={**reply.headers, **headers})


def token(said: Mapping[str, Any], secret: str) -> str:
    """Return a JSON Web Token by HS256 (RFC 7519)."""
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in ({"typ": "JWT", "alg": "HS256"}, said))
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = base64.urlsafe_b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).rstrip(b"=")
    return f"{signed.decode()}.{mac.decode()}"
