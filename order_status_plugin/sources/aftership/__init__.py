"""AfterShip Tracking: webhooks and API of version 2026-07, and the older webhooks that still arrive.

https://www.aftership.com/docs/tracking/quickstart/api-quick-start
https://www.aftership.com/docs/tracking/webhook/webhook-specifications
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from django.core.checks import CheckMessage

from ... import reading
from ...events import TrackedParcel, TrackingUpdate
from ...exceptions import PermanentFailure, UntrustedWebhook
from ...http import Api
from ..base import Budget, Source, Webhook, their_code
from .codes import CARRIERS
from .parse import answers, updates

#: ``meta.code`` of an answer: the tracking is there already.
ALREADY_THERE = 4003


class AfterShip(Source):
    """Webhooks of AfterShip. ``OPTIONS["secrets"]`` lists the webhook secrets, newest first.

    With ``OPTIONS["api_key"]`` parcels are told to AfterShip (unless ``register`` is False: where a shop is connected
    to it, AfterShip knows them), and it is asked for what webhooks may have missed.
    ``OPTIONS["carriers"]`` narrows the carriers that count as tracked live to those slugs of our catalogue.
    """

    label = "AfterShip"
    kept_headers: ClassVar[tuple[str, ...]] = ("as-webhook-version",)
    #: The tightest of the limits that apply: GET /trackings may be called six times a second.
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(5, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://api.aftership.com/tracking/2026-07"

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
        """Yield the one parcel that a webhook is about, or those of an answer."""
        payload = reading.load(webhook.body)
        return answers(payload) if webhook.is_answer else updates(payload)

    # --- we ask it ------------------------------------------------------------------------------------

    def is_asked(self) -> bool:
        """Say whether there is a key to ask with."""
        return bool(self.option("api_key"))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterator[Webhook]:
        """Yield the trackings with this number and courier: none, where AfterShip does not follow it."""
        for parcel in parcels:
            query = {"tracking_numbers": parcel.tracking_number, **_slug(parcel)}
            answer = self._api().call("GET", "/trackings", params=query)
            yield Webhook(body=answer.content, headers={}, is_answer=True)

    def needs_registration(self) -> bool:
        """Say whether we are to tell it which parcels there are."""
        return self.is_asked() and self.options.get("register", True) is not False

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Create a tracking for each parcel; one that is there already is as good."""
        for parcel in parcels:
            body = {"tracking_number": parcel.tracking_number, **_slug(parcel)}
            answer = self._api().call("POST", "/trackings", json=body, accept=(200, 201, 202, 400))
            code = _code(answer.content)
            if answer.status_code == 400 and code != ALREADY_THERE:
                raise PermanentFailure(f"AfterShip does not take this parcel: its error {code or 'has no code'}.")

    def _api(self) -> Api:
        return Api(self.option("url", self.url), headers={"as-api-key": self.option("api_key")})


def _slug(parcel: TrackedParcel) -> dict[str, str]:
    """Return AfterShip's slug of the carrier; nothing where we cannot tell, which leaves it to AfterShip."""
    slug = their_code(CARRIERS, parcel.carrier)
    return {"slug": slug} if slug else {}


def _code(body: bytes) -> int:
    """Return ``meta.code`` of an answer, 0 where there is none."""
    try:
        code = reading.mapping(json.loads(body)).get("meta")
    except (ValueError, RecursionError):
        return 0
    given = reading.mapping(code).get("code")
    return given if isinstance(given, int) else 0


_KNOWN = frozenset(CARRIERS.values())
