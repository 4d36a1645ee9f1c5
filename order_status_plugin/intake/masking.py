"""Secrets in addresses of ours, kept out of logs: of webhooks, and the tokens of links that were mailed or shared."""

from __future__ import annotations

import copy
import logging
import re
from pathlib import Path
from typing import Any

#: ``/hooks/<alias>/<secret>``; what stands before depends on where the shop mounted us.
_SECRET = re.compile(r"(/hooks/[a-z][a-z0-9_-]{0,39}/)[^/\s?\"']+")
#: Every token of ours has 40 characters or more; a UUID has 36 and stays.
_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{40,}")

_PACKAGE = Path(__file__).parent.parent

#: Loggers that write request lines. Filters of a logger see its own records only, so each is named.
LOGGERS = (
    "django.request",
    "django.server",
    "django.security.csrf",
    "django.security.SuspiciousOperation",
    "gunicorn.access",
    "uvicorn.access",
    "granian.access",
    "hypercorn.access",
    "daphne",
    "werkzeug",
)


def mask(text: str) -> str:
    """Return the text without the secrets and tokens of our addresses."""
    text = _SECRET.sub(r"\1…", text)
    return _TOKEN.sub("…", text)


class MaskSecrets(logging.Filter):
    """A logging filter for loggers and handlers of your own: masks, and lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask message and arguments in place; formatters of access logs read the arguments one by one."""
        record.msg = _masked(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(arg) for arg in record.args)
        elif isinstance(record.args, dict):
            # gunicorn's is a dict of its own kind, which knows what to say for a header that is missing.
            args = copy.copy(record.args)
            args.update({name: _masked(arg) for name, arg in record.args.items()})
            record.args = args
        return True


def _masked(value: Any) -> Any:
    return mask(value) if isinstance(value, str) else value


_filter = MaskSecrets()


def install() -> None:
    """Mask in the loggers that write request lines, and in all of ours. Doing it again changes nothing."""
    for name in (*LOGGERS, *_ours()):
        logging.getLogger(name).addFilter(_filter)


def _ours() -> list[str]:
    """Return the loggers of our modules: each is named after its own."""
    root = _PACKAGE.parent
    files = [path for path in _PACKAGE.rglob("*.py") if "migrations" not in path.parts]
    return [".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for path in files]
