"""Vonage's side of the wire."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
import uuid
from typing import Any

from ...events import Delivery
from ..providers.base import Call, Reply
from .base import Exchange, Post, Text, token

_ERRORS = "https://developer.vonage.com/api-errors/messages"

#: ``status`` and the number of an error, by what is told.
SAID: dict[Delivery | None, tuple[str, int]] = {
    None: ("submitted", 0),
    Delivery.DELIVERED: ("delivered", 0),
    Delivery.FAILED: ("rejected", 1180),
    Delivery.BOUNCED: ("undeliverable", 1190),
    Delivery.OPTED_OUT: ("rejected", 1240),
}


class VonageExchange(Exchange):
    """Takes ``POST /v1/messages`` and posts JSON."""

    def take(self, call: Call) -> Reply:
        """Send a message, or refuse its number."""
        if not call.headers.get("authorization", "").startswith(("Basic ", "Bearer ")):
            return Reply.of({"type": "https://developer.vonage.com/api-errors#unauthorized"}, 401)
        said = call.json()
        number = f"+{said['to']}"
        if number in self.refused:
            detail = "The `to` parameter is invalid for the given channel."
            return Reply.of({"type": f"{_ERRORS}#1430", "title": "Invalid recipient", "detail": detail}, 422)
        sid = str(uuid.uuid4())
        self.keep(sid, number, said["text"])
        return Reply.of({"message_uuid": sid}, 202)

    def receipt(self, text: Text, delivery: Delivery | None) -> Post:
        """Return a message status."""
        state, code = SAID[delivery]
        error = {"error": {"type": f"{_ERRORS}#{code}", "title": code, "detail": "It did not arrive."}} if code else {}
        to = text.recipient.lstrip("+")
        return self._post(message_uuid=text.provider_id, to=to, **{"from": "Shop"}, status=state, **error)

    def answer(self, sender: str, text: str) -> Post:
        """Return an inbound message."""
        number = sender.lstrip("+")
        sid = str(uuid.uuid4())
        return self._post(message_uuid=sid, to="447700900001", **{"from": number}, message_type="text", text=text)

    def _post(self, **said: Any) -> Post:
        said |= {"channel": "sms", "timestamp": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        body = json.dumps(said).encode()
        claims = {"iat": int(time.time()), "jti": str(uuid.uuid4()), "iss": "Vonage", "api_key": "a1b2c3d4"}
        claims["payload_hash"] = hashlib.sha256(body).hexdigest()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token(claims, self.secret)}"}
        return Post(body, headers)
