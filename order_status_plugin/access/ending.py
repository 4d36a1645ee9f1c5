"""The way out that is mailed when a device was let in: one address that ends every device's view of one order."""

from __future__ import annotations

import base64
import datetime as dt

from django.utils import timezone

from ..conf import conf
from ..tracking.locator import SIZE as LOCATOR_SIZE
from ..tracking.models import Order
from . import tokens

_PURPOSE = "end devices"
_MOMENT_SIZE = 5


def token_for(order: Order, moment: dt.datetime) -> str:
    """Return the token of a mail written at ``moment``: it works for as long as what it is about can last."""
    return tokens.write(
        _PURPOSE, base64.urlsafe_b64decode(order.locator) + int(moment.timestamp()).to_bytes(_MOMENT_SIZE, "big")
    )


def order_of(token: str) -> Order | None:
    """Return the order whose devices this token may end; None for wrong, too old and erased ones."""
    payload = tokens.read(_PURPOSE, token, LOCATOR_SIZE + _MOMENT_SIZE)
    if payload is None:
        return None
    moment = int.from_bytes(payload[LOCATOR_SIZE:], "big")
    if timezone.now().timestamp() - moment > conf.GRANT_LIFETIME.total_seconds():
        return None
    locator = base64.urlsafe_b64encode(payload[:LOCATOR_SIZE]).decode()
    return Order.objects.filter(locator=locator, erased_at=None).first()
