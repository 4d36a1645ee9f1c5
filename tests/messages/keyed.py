"""Channels whose receivers know a message again by its key."""

from __future__ import annotations

import datetime as dt
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, ClassVar

from example_site.mail import FolderBackend
from order_status_plugin.channels.base import Channel, Message, Receipt
from order_status_plugin.channels.email import EmailChannel
from order_status_plugin.events import ContactSnapshot
from order_status_plugin.exceptions import TemporaryFailure

#: Who sends: the receiver kills it at its point.
WHO: dict[str, str] = {}


def reach(point: str) -> None:
    """Stand for the points of a relay; replaced in a process that is to be killed."""


class KeyedChannel(Channel):
    """A local HTTP provider with an Idempotency-Key."""

    knows_keys_for: ClassVar[dt.timedelta | None] = dt.timedelta(hours=24)

    def recipient(self, contact: ContactSnapshot) -> str:
        return contact.email

    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        return {message.key: self._send(message) for message in messages}

    def _send(self, message: Message) -> Receipt | Exception:
        request = urllib.request.Request(
            self.option("url"),
            json.dumps({"to": message.recipient, "milestone": message.milestone, "text": message.text}).encode(),
            {"Idempotency-Key": message.key, "Content-Type": "application/json", **WHO},
        )
        try:
            with urllib.request.urlopen(request, timeout=self.options.get("timeout", 20)) as answer:
                return Receipt(answer.read().decode())
        except (urllib.error.URLError, OSError) as error:
            return TemporaryFailure(str(error), may_have_arrived=True)


class _Folder(FolderBackend):
    def send_messages(self, email_messages: Any) -> int:
        reach("in call")
        count = super().send_messages(email_messages)
        reach("accepted")
        return count


class FolderChannel(EmailChannel):
    """The demo's mail folder."""

    def _connection(self) -> Any:
        return _Folder()
