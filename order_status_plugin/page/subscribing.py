"""The channel that a browser subscribes to from the page, where the shop has one."""

from __future__ import annotations

from functools import lru_cache

from ..backends import get_channel
from ..channels.base import Channel
from ..conf import conf
from ..events import Medium
from ..exceptions import BackendError


def channel() -> Channel | None:
    """Return the first push channel that can take subscriptions, None where there is none."""
    for alias in conf.CHANNELS:
        try:
            found = get_channel(alias)
        except BackendError:  # the system checks name it
            continue
        if found.subscribes and found.medium is Medium.PUSH and found.application_server_key():
            return found
    return None


def server_key() -> str:
    """Return the public key that browsers subscribe with, "" where nobody can."""
    return _server_key(repr(conf.CHANNELS))


@lru_cache(maxsize=4)
def _server_key(channels: str) -> str:
    # Every page asks; a key is worked out once for a setting.
    found = channel()
    return found.application_server_key() if found else ""
