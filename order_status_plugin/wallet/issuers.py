"""The channels that issue orders for a wallet, as far as they can do it now."""

from __future__ import annotations

from ..backends import get_channel
from ..channels.base import OrderIssuer
from ..conf import conf
from ..exceptions import BackendError


def find(alias: str) -> OrderIssuer | None:
    """Return the issuer of this alias; None where there is none, or where it cannot sign: the system checks say why."""
    try:
        channel = get_channel(alias)
    except (KeyError, BackendError):
        return None
    return channel if isinstance(channel, OrderIssuer) and channel.is_ready() else None


def aliases() -> list[str]:
    """Return the aliases of all that can sign."""
    return [alias for alias in conf.CHANNELS if find(alias) is not None]
