"""A provider that does what a test says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.test import override_settings

from order_status_plugin.channels.base import Channel, Message, Receipt
from order_status_plugin.events import ContactSnapshot


class Answers(Channel):
    """A provider that does what the test says."""

    answers: ClassVar[list[Any]] = []
    seen: ClassVar[list[list[Message]]] = []

    def recipient(self, contact: ContactSnapshot) -> str:
        return contact.email

    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        self.seen.append(messages)
        answer = self.answers.pop(0) if self.answers else Receipt("ok")
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, dict):
            return answer
        return dict.fromkeys((message.key for message in messages), answer)


class KnowsKeys(Answers):
    knows_keys_for = dt.timedelta(hours=1)


def by(channel: type[Channel], **options: Any) -> Any:
    channels = {"email": {"BACKEND": f"{channel.__module__}.{channel.__name__}", "OPTIONS": options}}
    return override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "CHANNELS": channels})
