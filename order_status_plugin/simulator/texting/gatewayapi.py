"""GatewayAPI's side of the wire."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

from ...events import Delivery
from ..providers.base import Call, Reply
from .base import Exchange, Post, Text, token

#: ``status`` and ``error``, by what is told. It has no word for a customer's STOP.
SAID: dict[Delivery | None, tuple[str, str]] = {
    None: ("ENROUTE", ""),
    Delivery.DELIVERED: ("DELIVERED", ""),
    Delivery.FAILED: ("EXPIRED", "validity period exceeded"),
    Delivery.BOUNCED: ("UNDELIVERABLE", "unknown subscriber"),
}


class GatewayApiExchange(Exchange):
    """Takes ``POST /rest/mtsms`` and posts JSON, whose token holds all of it again."""

    def take(self, call: Call) -> Reply:
        """Send a message, or refuse its number."""
        if not call.headers.get("authorization", "").startswith("Basic "):
            return Reply.of({"code": "0x0203", "message": "Unauthorized"}, 401)
        said = call.json()
        number = f"+{said['recipients'][0]['msisdn']}"
        if number in self.refused:
            return Reply.of({"code": "0x0308", "message": "Invalid MSISDN: %1", "variables": [number]}, 400)
        sid = secrets.randbelow(10**9) + 1
        self.keep(str(sid), number, said["message"])
        return Reply.of({"ids": [sid], "usage": {"countries": {"DK": 1}, "currency": "EUR", "total_cost": 0.04}})

    def receipt(self, text: Text, delivery: Delivery | None) -> Post:
        """Return a delivery status notification."""
        state, error = SAID[delivery]
        number = int(text.recipient.lstrip("+"))
        said = {"id": int(text.provider_id), "msisdn": number, "time": int(time.time()), "status": state}
        return self._post({**said, "error": error or None, "code": None, "userref": None})

    def answer(self, sender: str, text: str) -> Post:
        """Return a message from a phone."""
        number = int(sender.lstrip("+"))
        said = {"id": secrets.randbelow(10**9) + 1, "msisdn": number, "receiver": 451204, "message": text}
        return self._post({**said, "senttime": int(time.time()), "webhook_label": "orders"})

    def _post(self, said: dict[str, Any]) -> Post:
        headers = {"Content-Type": "application/json", "X-Gwapi-Signature": token(said, self.secret)}
        return Post(json.dumps(said).encode(), headers)
