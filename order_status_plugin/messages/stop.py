"""The token that stops messages: it names an order and a channel, and opens nothing."""

from __future__ import annotations

import base64
import binascii
import hmac

from ..keys import keys_numbered, signing_key
from ..tracking.models import Order

#: Bytes of the MAC: nobody guesses another order's.
MAC = 16


def stop_token(order: Order, channel: str) -> str:
    """Return the token for this order's messages on this channel: url-safe, the same every time."""
    key = signing_key()
    mac = key.mac("stop", order.locator, channel)[:MAC]
    raw = key.number.to_bytes(2, "big") + mac + order.locator.encode() + channel.encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def nobodys_token(channel: str) -> str:
    """Return what is as long as a token for this channel, and stops nothing."""
    return base64.urlsafe_b64encode(bytes(2 + MAC + 16) + channel.encode()).rstrip(b"=").decode()


def read_stop_token(token: str) -> tuple[Order, str] | None:
    """Return the order and the channel alias, or None for a token that is not ours."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        number, mac, name = int.from_bytes(raw[:2], "big"), raw[2 : 2 + MAC], raw[2 + MAC :].decode("ascii")
    except (ValueError, binascii.Error):
        return None
    locator, channel = name[:16], name[16:]
    if not any(hmac.compare_digest(key.mac("stop", locator, channel)[:MAC], mac) for key in keys_numbered(number)):
        return None
    order = Order.objects.filter(locator=locator).first()
    return (order, channel) if order and channel else None
