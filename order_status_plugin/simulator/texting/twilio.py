"""Twilio's side of the wire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import parse_qs, urlencode

from ...events import Delivery
from ..providers.base import Call, Reply
from .base import Exchange, Post, Text

_ACCOUNT = "AC00000000000000000000000000000000"

#: ``MessageStatus`` and ``ErrorCode``, by what is told.
SAID: dict[Delivery | None, tuple[str, str]] = {
    None: ("sent", ""),
    Delivery.DELIVERED: ("delivered", ""),
    Delivery.FAILED: ("undelivered", "30003"),
    Delivery.BOUNCED: ("undelivered", "30005"),
    Delivery.OPTED_OUT: ("failed", "21610"),
}


class TwilioExchange(Exchange):
    """Takes ``POST /2010-04-01/Accounts/<sid>/Messages.json`` and posts forms."""

    def take(self, call: Call) -> Reply:
        """Create a message, or refuse its number."""
        if not call.headers.get("authorization", "").startswith("Basic "):
            return Reply.of({"code": 20003, "message": "Authenticate", "status": 401}, 401)
        fields = {name: values[0] for name, values in parse_qs(call.body.decode(), keep_blank_values=True).items()}
        number = fields.get("To", "")
        if number in self.stopped:
            return Reply.of({"code": 21610, "message": "Attempt to send to unsubscribed recipient"}, 400)
        if number in self.refused:
            return Reply.of({"code": 21211, "message": f"Invalid 'To' Phone Number: {number}"}, 400)
        sid = f"SM{secrets.token_hex(16)}"
        self.keep(sid, number, fields.get("Body", ""))
        return Reply.of({"sid": sid, "status": "queued", "to": number}, 201)

    def receipt(self, text: Text, delivery: Delivery | None) -> Post:
        """Return a status callback."""
        state, code = SAID[delivery]
        fields = {"MessageSid": text.provider_id, "SmsSid": text.provider_id, "MessageStatus": state}
        fields |= {"SmsStatus": state, "To": text.recipient, "From": "+15005550006", "AccountSid": _ACCOUNT}
        return self._post({**fields, **({"ErrorCode": code} if code else {})})

    def answer(self, sender: str, text: str) -> Post:
        """Return an incoming message."""
        sid = f"SM{secrets.token_hex(16)}"
        fields = {"MessageSid": sid, "SmsSid": sid, "SmsStatus": "received", "NumMedia": "0", "NumSegments": "1"}
        return self._post({**fields, "From": sender, "To": "+15005550006", "AccountSid": _ACCOUNT, "Body": text})

    def _post(self, fields: dict[str, str]) -> Post:
        told = self.hook + "".join(name + fields[name] for name in sorted(fields))
        mac = hmac.new(self.secret.encode(), told.encode(), hashlib.sha1).digest()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Post(urlencode(fields).encode(), {**headers, "X-Twilio-Signature": base64.b64encode(mac).decode()})
