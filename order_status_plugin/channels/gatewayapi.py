"""GatewayAPI (Copenhagen): text messages by its REST API, statuses and answers by signed webhooks.

https://gatewayapi.com/docs/apis/rest/ · https://gatewayapi.com/docs/errors/ · accounts kept in the EU alone have
``https://gatewayapi.eu`` as their ``url``.

It knows no idempotency keys: a message whose answer was lost may come twice. A webhook's token holds the whole message,
so that the token's own digest proves it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, ClassVar

from django.core.checks import CheckMessage

from .. import reading
from ..events import CustomerWord, Delivery, DeliveryReport
from ..exceptions import PermanentFailure, TemporaryFailure, UnreadableMessage, UntrustedWebhook
from ..http import Api
from . import segments
from .base import Message, Webhook
from .sms import SmsChannel, spelled
from .tokens import claims
from .words import word

#: The final states; the others (``BUFFERED``, ``ENROUTE`` …) may even come after one of these, and say nothing new.
_ENDS = {
    "DELIVERED": Delivery.DELIVERED,
    "ACCEPTED": Delivery.DELIVERED,  # by the network, "on the end users behalf"
    "UNDELIVERABLE": Delivery.BOUNCED,  # "permanently undeliverable. Most likely an invalid MSISDN"
    "EXPIRED": Delivery.FAILED,
    "DELETED": Delivery.FAILED,
    "REJECTED": Delivery.FAILED,
    "SKIPPED": Delivery.FAILED,
}


class GatewayApi(SmsChannel):
    """GatewayAPI. ``OPTIONS``: ``token``, ``sender``, ``secrets``.

    A secret is the authentication token that the webhook was given. ``keyword`` is the word that answers to a shared
    short code begin with, which is then no part of what the customer says.
    """

    label = "GatewayAPI"
    url: ClassVar[str] = "https://gatewayapi.com"
    answers_in_words: ClassVar[bool] = False

    def check(self) -> list[CheckMessage]:
        """Say what is missing."""
        hint = "Make an API key in GatewayAPI's dashboard and copy its token."
        secrets = self.check_secrets("Make up a long one: it is the webhook's authentication token in the dashboard.")
        return [*super().check(), *self.check_texts("token", "sender", hint=hint), *secrets]

    def is_pushed(self) -> bool:
        """Say whether webhooks can be verified."""
        return bool(self.secrets())

    # --- out ------------------------------------------------------------------------------------------

    def deliver(self, message: Message, text: str) -> str:
        """Send a message and return its id."""
        body: dict[str, Any] = {
            "message": text,
            "sender": self.option("sender").lstrip("+"),
            "recipients": [{"msisdn": int(message.recipient.lstrip("+"))}],
            "userref": message.key,
        }
        if segments.encoding(text) is segments.Encoding.UCS2:
            body["encoding"] = "UCS2"
        api = Api(self.option("url", self.url), auth=(self.option("token"), ""))
        answer = api.call("POST", "/rest/mtsms", json=body, accept=(200, 400, 422))
        try:
            said = reading.mapping(reading.load(answer.content))
        except UnreadableMessage as error:
            raise TemporaryFailure("GatewayAPI's answer cannot be read.", may_have_arrived=True) from error
        if answer.status_code != 200:
            words = " ".join(reading.text(said.get(name), 200) for name in ("code", "message"))
            raise PermanentFailure(f"GatewayAPI refused it: {words}")
        ids = said.get("ids")
        return reading.text(ids[0], 190) if isinstance(ids, list) and ids else ""

    # --- in -------------------------------------------------------------------------------------------

    def verify(self, webhook: Webhook) -> None:
        """Read the token, and compare what it holds with the body, name by name."""
        signed = claims(webhook.headers.get("x-gwapi-signature", ""), self.secrets())
        try:
            said = reading.load(webhook.body)
        except UnreadableMessage:
            raise UntrustedWebhook("This body is not what the token was made for.") from None
        if not isinstance(said, dict) or not said or any(not _same(signed, said, name) for name in said):
            raise UntrustedWebhook("This body is not what the token was made for.")

    def message_key(self, webhook: Webhook) -> str:
        """Return the message and what is said of it: each state is told once."""
        said = reading.mapping(reading.load(webhook.body))
        kind = reading.text(said.get("status"), 40) or "answer"
        return f"{reading.text(said.get('id'), 60)} {kind}" if "id" in said else ""

    def parse(self, webhook: Webhook) -> Iterator[DeliveryReport | CustomerWord]:
        """Yield the end of a message, or a customer's word."""
        said = reading.mapping(reading.load(webhook.body))
        sid, number = reading.text(said.get("id"), 190), spelled(reading.text(said.get("msisdn"), 20))
        if not sid:
            raise UnreadableMessage(f"'id' must be a number, not {reading.kind(said.get('id'))}.")
        if state := reading.text(said.get("status"), 40).upper():
            if (end := _ENDS.get(state)) is not None:
                details = (state, *(reading.text(said.get(name), 200) for name in ("code", "error")))
                yield DeliveryReport(
                    provider_id=sid,
                    delivery=end,
                    happened_at=_moment(said.get("time")),
                    recipient=number,
                    detail=" ".join(filter(None, details)),
                )
        elif "message" in said:
            if number:
                kind = word(self._without_keyword(reading.text(said["message"], 200)))
                yield CustomerWord(sender=number, word=kind, happened_at=_moment(said.get("senttime")))
        else:
            raise UnreadableMessage("Neither 'status' nor 'message' is there.")

    def _without_keyword(self, text: str) -> str:
        first, _, rest = text.strip().partition(" ")
        keyword = self.option("keyword")
        return rest if keyword and first.casefold() == keyword.casefold() else text


def _same(signed: dict[str, Any], said: dict[str, Any], name: str) -> bool:
    return name in signed and json.dumps(signed[name], sort_keys=True) == json.dumps(said[name], sort_keys=True)


def _moment(given: object) -> dt.datetime | None:
    when = reading.moment(given)
    return when if isinstance(when, dt.datetime) and when.tzinfo else None
