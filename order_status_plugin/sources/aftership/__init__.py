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

from django.core.checks import CheckMessage

from ... import reading
from ...events import TrackingUpdate
from ...exceptions import UntrustedWebhook
from ..base import Source, Webhook
from .codes import CARRIERS
from .parse import updates


class AfterShip(Source):
    """Webhooks of AfterShip. ``OPTIONS["secrets"]`` lists the webhook secrets, newest first.

    ``OPTIONS["carriers"]`` narrows the carriers that count as tracked live to those slugs of our catalogue.
    """

    label = "AfterShip"
    kept_headers: ClassVar[tuple[str, ...]] = ("as-webhook-version",)

    #: base64(HMAC-SHA256(secret, raw body)); the secret is taken as it is written, never decoded.
    signature_header: ClassVar[str] = "aftership-hmac-sha256"

    def check(self) -> list[CheckMessage]:
        """Say when webhooks cannot be verified, or too easily forged."""
        return self.check_secrets("Copy the webhook secret from AfterShip: Settings, Notifications, Webhooks.")

    def knows(self, carrier: str) -> bool:
        """Say whether AfterShip follows this carrier."""
        return carrier in _KNOWN

    def is_pushed(self) -> bool:
        """AfterShip sends webhooks."""
        return True

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
        return updates(reading.load(webhook.body))


_KNOWN = frozenset(CARRIERS.values())
