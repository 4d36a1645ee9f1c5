"""Text messages for development: written to the terminal, or into a folder, and never sent."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from django.utils import timezone

from . import segments
from .base import Message
from .sms import SmsChannel


class ConsoleSms(SmsChannel):
    """Shows each message with its size. ``OPTIONS``: ``folder``, a file for each message in place of the terminal.

    A file is ``<key>.json`` and complete when it has that name. The same message again is the same file.
    """

    label = "Console"
    takes_fiction: ClassVar[bool] = True
    costs: ClassVar[bool] = False
    rings: ClassVar[bool] = False  # a file wakes nobody

    def deliver(self, message: Message, text: str) -> str:
        """Write the message and return its key."""
        size = segments.measure(text)
        if folder := self.options.get("folder"):
            cost = self.cost(message.recipient, text)
            letter = {
                "to": message.recipient,
                "from": self.option("sender") or message.sender_name,
                "text": text,
                "milestone": message.milestone,
                "language": message.language,
                "encoding": size.encoding.value,
                "segments": size.segments,
                "cost": None if cost is None else str(cost),
                "at": timezone.now().isoformat(),
            }
            _write(Path(folder), message.key, letter)
        else:
            head = f"SMS to {message.recipient} ({size.units} {size.encoding}, {size.segments} segment(s))"
            sys.stdout.write(f"{head}\n{text}\n{'-' * 79}\n")
            sys.stdout.flush()
        return message.key


def _write(folder: Path, key: str, letter: Mapping[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{key}.{os.getpid()}"
    draft.write_text(json.dumps(letter, ensure_ascii=False, indent=1))
    draft.replace(folder / f"{key}.json")
