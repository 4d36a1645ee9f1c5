"""Vonage: text messages by its Messages API, statuses and answers by signed webhooks.

https://developer.vonage.com/en/api/messages · https://developer.vonage.com/en/messages/concepts/signed-webhooks ·
https://developer.vonage.com/en/api-errors/messages · https://developer.vonage.com/en/opt-out-assist

Its older SMS API signs fields in which ``&`` and ``_`` are the same: the Messages API signs the body's digest.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, ClassVar

from django.core.checks import CheckMessage, Error

from .. import reading
from ..events import CustomerWord, Delivery, DeliveryReport
from ..exceptions import GoneRecipient, PermanentFailure, TemporaryFailure, UnreadableMessage, UntrustedWebhook
from ..http import Api, AuthBase, PreparedRequest
from .base import Message, Webhook
from .sms import SmsChannel, spelled
from .tokens import claims
from .words import word

#: What a message becomes; ``submitted`` says nothing new.
_ENDS = {
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "rejected": Delivery.FAILED,
    "undeliverable": Delivery.FAILED,
}
#: Error codes that speak of the recipient.
_RECIPIENT = {
    "1050": Delivery.BOUNCED,  # barred
    "1170": Delivery.BOUNCED,  # invalid
    "1190": Delivery.BOUNCED,  # absent for good
    "1240": Delivery.OPTED_OUT,  # answered STOP
    "1430": Delivery.BOUNCED,  # not valid for this channel
}


class Vonage(SmsChannel):
    """Vonage. ``OPTIONS``: ``sender``, ``secrets``, and ``application_id`` with ``private_key``.

    ``secrets`` are the account's signature secrets, ``private_key`` is the application's, as PEM. ``api_key`` and
    ``api_secret`` do without an application; then the account's webhooks are used.
    """

    label = "Vonage"
    url: ClassVar[str] = "https://api.nexmo.com"
    answers_in_words: ClassVar[bool] = False

    def check(self) -> list[CheckMessage]:
        """Say what is missing."""
        hint = "Copy it from Vonage's dashboard."
        found = [*super().check(), *self.check_texts("sender", hint=hint)]
        found += self.check_secrets("Copy the signature secret from Vonage's dashboard: Settings.")
        if self.option("application_id"):
            found += self.check_texts("private_key", hint="It was downloaded when the application was made.")
            if not find_spec("jwt") or not find_spec("cryptography"):
                found.append(
                    Error(
                        f"{self._where()}: an application signs its calls with PyJWT and cryptography.",
                        hint="pip install order-status-plugin[vonage]",
                        id="order_status.E316",
                    )
                )
        else:
            found += self.check_texts("api_key", "api_secret", hint=hint)
        return found

    def is_pushed(self) -> bool:
        """Say whether webhooks can be verified."""
        return bool(self.secrets())

    # --- out ------------------------------------------------------------------------------------------

    def deliver(self, message: Message, text: str) -> str:
        """Send a message and return its UUID."""
        body = {
            "message_type": "text",
            "channel": "sms",
            "to": message.recipient.lstrip("+"),
            "from": self.option("sender").lstrip("+"),
            "text": text,
            "client_ref": message.key[:100],
        }
        answer = self._api().call("POST", "/v1/messages", json=body, accept=(200, 202, 400, 402, 422))
        try:
            said = reading.mapping(reading.load(answer.content))
        except UnreadableMessage as error:
            raise TemporaryFailure("Vonage's answer cannot be read.", may_have_arrived=True) from error
        if answer.status_code in (200, 202):
            return reading.text(said.get("message_uuid"), 190)
        code, detail = _code(said), reading.text(said.get("detail") or said.get("title"), 300)
        if answer.status_code == 402:  # the account's credit: with more of it all of them leave
            raise TemporaryFailure(f"Vonage refused it: {detail}")
        words = f"Vonage refused it: {code} {detail}"
        raise GoneRecipient(words, delivery=_RECIPIENT[code]) if code in _RECIPIENT else PermanentFailure(words)

    def _api(self) -> Api:
        application = self.option("application_id")
        auth: AuthBase | tuple[str, str] = (self.option("api_key"), self.option("api_secret"))
        if application:
            auth = _Application(application, self.option("private_key"))
        return Api(self.option("url", self.url), auth=auth)

    # --- in -------------------------------------------------------------------------------------------

    def verify(self, webhook: Webhook) -> None:
        """Read the token, and compare the digest in it with the body's."""
        scheme, _, token = webhook.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise UntrustedWebhook
        given = claims(token.strip(), self.secrets()).get("payload_hash")
        digest = hashlib.sha256(webhook.body).hexdigest()
        if not isinstance(given, str) or not hmac.compare_digest(given.lower().encode(), digest.encode()):
            raise UntrustedWebhook("The token of this webhook was made for another body.")

    def message_key(self, webhook: Webhook) -> str:
        """Return the message and what is said of it: each state is told once."""
        said = reading.mapping(reading.load(webhook.body))
        return " ".join(filter(None, (reading.text(said.get(name), 60) for name in ("message_uuid", "status"))))

    def parse(self, webhook: Webhook) -> Iterator[DeliveryReport | CustomerWord]:
        """Yield the end of a message, or a customer's word."""
        said = reading.mapping(reading.load(webhook.body))
        sid = reading.text(said.get("message_uuid"), 190)
        if not sid:
            raise UnreadableMessage(f"'message_uuid' must be a text, not {reading.kind(said.get('message_uuid'))}.")
        when = reading.aware(said.get("timestamp"))
        if state := reading.text(said.get("status"), 40).lower():
            end = _ENDS.get(state)
            if end is None:
                return
            code, words = _code(said.get("error")), _words(said.get("error"))
            yield DeliveryReport(
                provider_id=sid,
                delivery=_RECIPIENT.get(code, end) if end is Delivery.FAILED else end,
                happened_at=when,
                recipient=spelled(reading.text(said.get("to"), 20)),
                detail=" ".join(filter(None, (state, code, words))),
            )
        elif said.get("channel") == "sms" and "text" in said:
            if sender := spelled(reading.text(said.get("from"), 20)):
                yield CustomerWord(sender=sender, word=word(reading.text(said["text"], 200)), happened_at=when)
        elif "channel" not in said:
            raise UnreadableMessage("'channel' is not there.")


class _Application(AuthBase):
    """A token of one application for one call: https://developer.vonage.com/en/getting-started/concepts/authentication"""

    def __init__(self, application: str, private_key: str) -> None:
        self.application = application
        self.private_key = private_key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        import jwt

        now = int(time.time())
        said = {"application_id": self.application, "iat": now, "exp": now + 300, "jti": str(uuid.uuid4())}
        try:
            token = jwt.encode(said, self.private_key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise TemporaryFailure("The private key in OPTIONS cannot be used.") from error
        request.headers["Authorization"] = f"Bearer {token}"
        return request


def _code(error: object) -> str:
    """Return the number of an error: it is the end of its type, or its title, and may be wrapped once more."""
    said = reading.mapping(error)
    inner = reading.mapping(said.get("error")) or said
    for given in (reading.text(inner.get("type"), 200).rpartition("#")[2], reading.text(inner.get("title"), 20)):
        if given.isdecimal():
            return given
    return ""


def _words(error: object) -> str:
    said: dict[str, Any] = reading.mapping(error)
    inner = reading.mapping(said.get("error")) or said
    return reading.text(inner.get("detail"), 200)
