"""AfterShip Tracking, webhooks of API version 2026-07 and the older ones that still arrive.

https://www.aftership.com/docs/tracking/webhook/webhook-specifications
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.checks import CheckMessage, Error, Warning

from ...events import TrackingUpdate
from ...exceptions import UnreadableMessage, UntrustedWebhook
from ..base import Source, Webhook
from . import reading
from .codes import CARRIERS
from .parse import updates

#: A shared secret shorter than this can be guessed by trying.
SHORT = 12


class AfterShip(Source):
    """Webhooks of AfterShip. ``OPTIONS["secrets"]`` lists the webhook secrets, newest first.

    ``OPTIONS["carriers"]`` narrows the carriers that count as tracked live to those slugs of our catalogue.
    """

    label = "AfterShip"
    kept_headers: ClassVar[tuple[str, ...]] = ("as-webhook-version",)

    #: base64(HMAC-SHA256(secret, raw body)); the secret is taken as it is written, never decoded.
    signature_header: ClassVar[str] = "aftership-hmac-sha256"

    def secrets(self) -> list[str]:
        """Return the configured secrets."""
        return [secret for secret in self._given() if isinstance(secret, str) and secret]

    def _given(self) -> list[object]:
        given = self.options.get("secrets")
        return list(given) if isinstance(given, (list, tuple)) else []

    def check(self) -> list[CheckMessage]:
        """Say when webhooks cannot be verified, or too easily forged."""
        where = f"ORDER_STATUS['SOURCES'][{self.alias!r}]['OPTIONS']"
        hint = "Copy the webhook secret from AfterShip: Settings, Notifications, Webhooks."
        given = self._given()
        if not given:
            return [
                Error(f"{where} needs a list of webhook secrets under 'secrets'.", hint=hint, id="order_status.E401")
            ]
        if any(not isinstance(secret, str) or not secret for secret in given):
            return [Error(f"{where}: each of 'secrets' must be a text.", hint=hint, id="order_status.E402")]
        if any(len(secret) < SHORT for secret in self.secrets()):
            return [
                Warning(
                    f"{where}: a secret under {SHORT} characters can be guessed.", hint=hint, id="order_status.W401"
                )
            ]
        return []

    def knows(self, carrier: str) -> bool:
        """Say whether AfterShip follows this carrier."""
        return carrier in _KNOWN

    def sign(self, body: bytes, secret: str) -> str:
        """Return the signature that AfterShip sends with this body."""
        return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()

    def verify(self, webhook: Webhook) -> None:
        """Compare the signature with that of each secret; the time it takes tells nothing."""
        given = webhook.headers.get(self.signature_header, "").strip().encode()
        matches = [hmac.compare_digest(given, self.sign(webhook.body, secret).encode()) for secret in self.secrets()]
        if not any(matches):
            raise UntrustedWebhook("The signature of this webhook is missing." if not given else "")

    def message_key(self, webhook: Webhook) -> str:
        """Return ``event_id``, the same in each of AfterShip's 14 tries."""
        try:
            payload: Any = json.loads(webhook.body)
        except (ValueError, RecursionError):
            return ""
        event_id = payload.get("event_id") if isinstance(payload, dict) else None
        return reading.text(event_id, 150)

    def parse(self, webhook: Webhook) -> Iterable[TrackingUpdate]:
        """Yield the one parcel that the body is about."""
        try:
            payload: Any = json.loads(webhook.body)
        except (ValueError, RecursionError) as error:
            raise UnreadableMessage(f"The body is not JSON: {_short(error)}") from None
        return updates(payload)


_KNOWN = frozenset(CARRIERS.values())


def _short(error: Exception) -> str:
    """Say where JSON breaks, and nothing of what stands there."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}."
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8."
    return "it is nested too deeply or holds a number that is too long."
