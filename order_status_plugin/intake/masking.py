"""Secrets in webhook addresses, kept out of logs."""

from __future__ import annotations

import logging
import re
from typing import Any

from ..conf import conf

#: ``/hooks/<alias>/<secret>``; what stands before depends on where the shop mounted us.
_SECRET = re.compile(r"(/hooks/([a-z][a-z0-9_-]{0,39})/)[^/\s?\"']+")

#: Loggers that write request lines. Filters of a logger see its own records only, so each is named.
LOGGERS = ("django.request", "django.server", "gunicorn.access", "uvicorn.access", "granian.access")


def mask(text: str) -> str:
    """Return the text with the secrets of our webhook addresses replaced."""
    return _SECRET.sub(lambda found: f"{found[1]}…" if found[2] in conf.SOURCES else found[0], text)


class MaskHookSecrets(logging.Filter):
    """A logging filter for handlers of your own: masks secrets in webhook addresses and lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask message and arguments in place; formatters of access logs read the arguments one by one."""
        record.msg = _masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(arg) for arg in record.args)
        elif isinstance(record.args, dict):
            record.args = {name: _masked(arg) for name, arg in record.args.items()}
        return True


def _masked(value: Any) -> Any:
    return mask(value) if isinstance(value, str) else value


_filter = MaskHookSecrets()


def install() -> None:
    """Mask in the loggers that write request lines. Doing it again changes nothing."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_filter)
