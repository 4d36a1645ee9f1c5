"""Lines of a log as JSON, without anything personal: for ``LOGGING``, where a shop chooses it.

::

    "formatters": {"json": {"()": "order_status_plugin.watching.logs.JsonFormatter"}}
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import traceback
from types import TracebackType
from typing import Any

from .. import spans
from ..intake.masking import mask

#: What a line may have beside what was said. Other things that a caller hands over in ``extra`` stay out.
EXTRA = ("alias", "order", "inbox_message", "channel", "milestone", "status_code")

#: A word with an @ in it. It is looked for where a part of a word begins, and nowhere in between: a stranger chooses
#: the words of a request line, and from each of its letters on the search would be quadratic.
_EMAIL = re.compile(r"(?<![^\s\"'<>(),;:=@])[^\s\"'<>(),;:=@]++@[^\s\"'<>(),;:=]+")
#: As phones are written: a plus, or a zero in front, and eight digits at least with gaps between them.
_PHONE = re.compile(r"(?<![\w.:-])(?:\+|00?)[1-9](?:[ ()./-]{0,2}\d){7,14}(?![\w:])")
#: Frames of an exception that are kept: the last ones.
_FRAMES = 12


def scrub(text: str) -> str:
    """Return the text without secrets and tokens of our addresses, email addresses and telephone numbers."""
    text = mask(text)
    if "@" in text:
        text = _EMAIL.sub("…@…", text)
    return _PHONE.sub("…", text)


class JsonFormatter(logging.Formatter):
    """One JSON object a line.

    ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``said``; ``alias``, ``order``, ``inbox_message``, ``channel``,
    ``milestone``, ``status_code`` where they are known; ``error`` and ``where`` of an exception; ``process``, ``thread``;
    ``trace_id`` and ``span_id`` within a trace.

    An exception is told by its kinds and its places in the code, never by its words: a database quotes the row that it
    refuses, a mail server the address.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "said": scrub(self._said(record)),
        }
        for name in EXTRA:
            value = getattr(record, name, None)
            if isinstance(value, int | str) and value != "":
                line[name] = scrub(value) if isinstance(value, str) else value
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = kinds(record.exc_info[1])
            line["where"] = places(record.exc_info[2])
        line |= {"process": record.process, "thread": record.threadName, **spans.ids()}
        return json.dumps(line, ensure_ascii=False)

    @staticmethod
    def _said(record: logging.LogRecord) -> str:
        """Return the message; an exception among its arguments is its kind."""
        if not isinstance(record.args, tuple) or not any(isinstance(arg, BaseException) for arg in record.args):
            return record.getMessage()
        args = tuple(type(arg).__name__ if isinstance(arg, BaseException) else arg for arg in record.args)
        return str(record.msg) % args


def kinds(error: BaseException) -> list[str]:
    """Return the kind of an exception, then of those that led to it."""
    found, seen = [], set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        found.append(f"{type(now).__module__}.{type(now).__qualname__}".removeprefix("builtins."))
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return found


def places(trace: TracebackType | None) -> list[str]:
    """Return where it happened, the last place last: file, line, function. Neither source nor values."""
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{'/'.join(frame.filename.rsplit('/', 3)[-3:])}:{frame.lineno} {frame.name}" for frame in frames]
