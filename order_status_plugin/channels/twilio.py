"""Twilio: text messages by its Messages resource, delivery receipts and answers by signed webhooks.

https://www.twilio.com/docs/messaging/api/message-resource · https://www.twilio.com/docs/usage/webhooks/webhooks-security ·
https://www.twilio.com/docs/api/errors · the official library's ``request_validator`` (both hashes, with and without port)

It knows no idempotency keys: a message whose answer was lost may come twice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

from django.core.checks import CheckMessage, Error
from django.urls import reverse

from .. import reading
from ..backend import SHORT
from ..events import CustomerWord, Delivery, DeliveryReport, Word
from ..exceptions import GoneRecipient, PermanentFailure, TemporaryFailure, UnreadableMessage, UntrustedWebhook
from ..http import Api
from .base import Message, Webhook
from .sms import SmsChannel, spelled
from .words import word

#: What a message becomes; those on their way (``queued``, ``sending``, ``sent`` …) say nothing new.
_ENDS = {
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
}
#: Error codes that speak of the recipient, in receipts and in answers.
_RECIPIENT = {
    "21211": Delivery.BOUNCED,  # not a valid number
    "21214": Delivery.BOUNCED,  # cannot be reached
    "21217": Delivery.BOUNCED,  # does not look like a number
    "21610": Delivery.OPTED_OUT,  # answered STOP
    "21614": Delivery.BOUNCED,  # not a mobile number
    "21635": Delivery.BOUNCED,  # a landline
    "30005": Delivery.BOUNCED,  # unknown, or in service no more
    "30006": Delivery.BOUNCED,  # a landline, or a carrier that cannot be reached
}
#: Error codes that speak of the account: of haste, of a queue that is full, of a sender that it does not have. When
#: that is put right, all messages leave.
_ACCOUNT = {"14107", "20003", "20404", "20429", "21603", "21606", "21611", "21659", "21660", "21703", "21705", "30001"}

_HASHES: dict[str, str] = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_WORDS = {"STOP": Word.STOP, "START": Word.START, "HELP": Word.HELP}
_MOST_FIELDS = 200

#: Names of fields. The signature does not see where a name ends and its value begins: one that we read, with more
#: behind it, is somebody's attempt to hide it; "FromCity" and its like are Twilio's.
_NAME = re.compile(
    r"(?!(?:MessageSid|SmsSid|MessageStatus|SmsStatus|Error(?:Code|Message)|Body|OptOutType)[A-Za-z0-9])"
    r"(?!(?:From|To)(?!City|State|Zip|Country|$))[A-Za-z0-9]{1,60}"
)


class Twilio(SmsChannel):
    """Twilio. ``OPTIONS``: ``account_sid``, ``auth_token``, and ``sender`` or ``messaging_service_sid``.

    With ``api_key`` and ``api_secret`` the calls use these; webhooks are signed with the auth token all the same.
    ``secrets`` lists what else may sign: the auth token before or after this one, a shared key. ``public_url`` is the
    site's address as Twilio knows it, where a proxy hides it from Django.
    """

    label = "Twilio"
    url: ClassVar[str] = "https://api.twilio.com"
    answers_in_words: ClassVar[bool] = False

    def check(self) -> list[CheckMessage]:
        """Say what is missing."""
        hint = "Copy account SID and auth token from Twilio's console."
        found = [*super().check(), *self.check_texts("account_sid", "auth_token", hint=hint)]
        if not self.option("sender") and not self.option("messaging_service_sid"):
            found.append(Error(f"{self._where()} needs 'sender' or 'messaging_service_sid'.", id="order_status.E314"))
        if bool(self.option("api_key")) != bool(self.option("api_secret")):
            found.append(
                Error(f"{self._where()}: 'api_key' and 'api_secret' are given together.", id="order_status.E315")
            )
        return found

    def secrets(self) -> list[str]:
        """Return what webhooks may be signed with."""
        return [token for token in (self.option("auth_token"), *super().secrets()) if len(token) >= SHORT]

    def is_pushed(self) -> bool:
        """Say whether webhooks can be verified."""
        return bool(self.secrets())

    # --- out ------------------------------------------------------------------------------------------

    def deliver(self, message: Message, text: str) -> str:
        """Create a message and return its SID."""
        fields = {"To": message.recipient, "Body": text}
        if service := self.option("messaging_service_sid"):
            fields["MessagingServiceSid"] = service
        else:
            fields["From"] = self.option("sender")
        if callback := self._callback(message.link):
            fields["StatusCallback"] = callback
        path = f"/2010-04-01/Accounts/{quote(self.option('account_sid'), safe='')}/Messages.json"
        answer = self._api().call("POST", path, data=fields, accept=(200, 201, 400, 404))
        said = _object(answer.content)
        if answer.status_code not in (200, 201):
            raise _refusal(reading.text(said.get("code"), 10), reading.text(said.get("message"), 300))
        return reading.text(said.get("sid"), 190)

    def _api(self) -> Api:
        key = (self.option("api_key"), self.option("api_secret"))
        auth = key if all(key) else (self.option("account_sid"), self.option("auth_token"))
        return Api(self.option("url", self.url), auth=auth)

    def _callback(self, link: str) -> str:
        """Return where receipts go, "" where Twilio could not reach it: it refuses a message for that."""
        path = reverse("order_status:hook", args=[self.alias])
        site = self.option("public_url") or link
        return urljoin(site, path) if site.startswith("https://") else ""

    # --- in -------------------------------------------------------------------------------------------

    def verify(self, webhook: Webhook) -> None:
        """Compute the signature over address and fields, and compare it with the one given."""
        given = webhook.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
        settings = webhook.headers.get("x-twilio-webhooks-signature-settings", "")
        named = dict(part.strip().partition("=")[::2] for part in settings.split(","))
        method = _HASHES.get(named.get("algorithm", "HMAC_SHA1").strip(), "")
        if not given or not method or not webhook.url:
            raise UntrustedWebhook
        try:
            fields = _fields(webhook.body)
        except UnreadableMessage:
            raise UntrustedWebhook from None
        if any(not _NAME.fullmatch(name) for name, _value in fields):
            raise UntrustedWebhook
        told = "".join(f"{name}{value}" for name, value in sorted(set(fields)))
        matches = [
            hmac.compare_digest(given, signature(f"{url}{told}", secret, method).encode())
            for url in self._addresses(webhook.url)
            for secret in self.secrets()
        ]
        if not any(matches):
            raise UntrustedWebhook

    def _addresses(self, url: str) -> list[str]:
        """Return what this address may be to Twilio: as Django or the shop says, with the usual port and without."""
        asked = urlsplit(url)
        seen = [asked]
        if public := self.option("public_url"):
            seen.append(asked._replace(scheme=urlsplit(public).scheme, netloc=urlsplit(public).netloc))
        found: dict[str, None] = {}
        for one in seen:
            host = one.netloc.rpartition(":")[0] if one.netloc.rpartition(":")[2].isdecimal() else one.netloc
            port = one.netloc[len(host) :] or {"https": ":443", "http": ":80"}.get(one.scheme, "")
            for netloc in (one.netloc, host, f"{host}{port}"):
                found[urlunsplit(one._replace(netloc=netloc))] = None
        return list(found)

    def message_key(self, webhook: Webhook) -> str:
        """Return the message and what is said of it: each state is told once."""
        said = dict(_fields(webhook.body))
        return " ".join(filter(None, (said.get("MessageSid"), said.get("MessageStatus") or said.get("SmsStatus"))))

    def parse(self, webhook: Webhook) -> Iterator[DeliveryReport | CustomerWord]:
        """Yield the end of a message, or a customer's word."""
        said = dict(_fields(webhook.body))
        sid = reading.text(said.get("MessageSid") or said.get("SmsSid"), 190)
        if not sid:
            raise UnreadableMessage("'MessageSid' must be a text; there is none.")
        if state := said.get("MessageStatus"):
            yield from _report(sid, state.lower(), said)
        elif "Body" in said:
            if sender := spelled(said.get("From", "")):
                kind = _WORDS.get(said.get("OptOutType", "").upper())
                yield CustomerWord(sender=sender, word=kind or word(said["Body"]))
        else:
            raise UnreadableMessage("Neither 'MessageStatus' nor 'Body' is there.")


def signature(told: str, secret: str, method: str = "sha1") -> str:
    """Return Twilio's signature of what it tells: the address, then each field's name and value in order."""
    digest = hmac.new(secret.encode(), told.encode("utf-8", "replace"), getattr(hashlib, method)).digest()
    return base64.b64encode(digest).decode()


def _report(sid: str, state: str, said: dict[str, str]) -> Iterable[DeliveryReport]:
    end = _ENDS.get(state)
    if end is None:
        return
    code = reading.text(said.get("ErrorCode"), 10)
    if end is Delivery.FAILED:
        end = _RECIPIENT.get(code, end)
    yield DeliveryReport(
        provider_id=sid,
        delivery=end,
        recipient=spelled(said.get("To", "")),
        detail=" ".join(filter(None, (reading.text(state, 40), code, reading.text(said.get("ErrorMessage"), 200)))),
    )


def _refusal(code: str, words: str) -> PermanentFailure | TemporaryFailure:
    text = f"Twilio refused it: {code} {words}".strip()
    if code in _ACCOUNT:
        return TemporaryFailure(text)
    return GoneRecipient(text, delivery=_RECIPIENT[code]) if code in _RECIPIENT else PermanentFailure(text)


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:  # UnicodeDecodeError is one
        raise UnreadableMessage("The body is no form.") from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = reading.load(body)
    except UnreadableMessage as error:
        raise TemporaryFailure("Twilio's answer cannot be read.", may_have_arrived=True) from error
    return found if isinstance(found, dict) else {}
