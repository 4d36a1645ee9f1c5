"""USPS: Tracking v3, and Subscriptions-Tracking.

https://developers.usps.com/trackingv3r2 · https://developers.usps.com/subscriptions-trackingv3r2
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from django.core.checks import CheckMessage

from ... import reading
from ...events import TrackedParcel, TrackingUpdate
from ...exceptions import PermanentFailure, UnreadableMessage, UntrustedWebhook
from ...http import Api, ClientCredentials
from ..base import Budget, Source, Webhook, answer, answered_at
from . import parse


class Usps(Source):
    """USPS. ``OPTIONS``: ``client_id`` and ``client_secret`` of an app with the scope ``tracking``.

    ``secrets`` lists those of subscriptions, newest first (USPS wants 32 characters). With ``listener_url``, the
    address of our webhook, and ``admin_email``, each parcel is subscribed to; without, subscribe by Mailer ID once.
    """

    label = "USPS"
    kept_headers: ClassVar[tuple[str, ...]] = ("date",)
    #: What an app may ask before USPS raises its quota.
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(60, dt.timedelta(hours=1)),)
    #: A subscription without events is deleted after this long.
    registration_lasts: ClassVar[dt.timedelta | None] = dt.timedelta(days=25)
    url: ClassVar[str] = "https://apis.usps.com"

    def check(self) -> list[CheckMessage]:
        """Say which credentials are missing."""
        hint = "Copy both from your app at developers.usps.com; the app needs the product Tracking."
        found = self.check_texts("client_id", "client_secret", hint=hint)
        if "secrets" in self.options or self.option("listener_url"):
            found += self.check_secrets("Make up a secret of 32 characters: it is given to USPS with a subscription.")
        if self.option("listener_url"):
            found += self.check_texts("admin_email", hint="USPS wants an address for news about a subscription.")
        return found

    def knows(self, carrier: str) -> bool:
        """Say whether it is USPS."""
        return carrier == "usps"

    # --- it tells us ----------------------------------------------------------------------------------

    def is_pushed(self) -> bool:
        """Say whether notifications can be verified."""
        return bool(self.secrets())

    def verify(self, webhook: Webhook) -> None:
        """Compare base64(HMAC-SHA256(secret, timestamp + payload)); a subscription without secret signs nothing."""
        try:
            signed = _signed(reading.load(webhook.body))
        except UnreadableMessage as error:
            raise UntrustedWebhook(str(error)) from error
        given = (webhook.headers.get("x-hmac") or webhook.headers.get("hmac-header") or "").strip().encode()
        matches = [hmac.compare_digest(given, self.sign(signed, secret).encode()) for secret in self.secrets()]
        if not any(matches):
            raise UntrustedWebhook()

    def sign(self, signed: str, secret: str) -> str:
        """Return the signature of a timestamp with the payload behind it."""
        mac = hmac.new(secret.encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return base64.b64encode(mac.digest()).decode()

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate]:
        """Yield the item of an answer, or of the text that a notification carries."""
        told = reading.load(webhook.body)
        if not webhook.is_answer:
            payload = reading.mapping(told).get("payload")
            if not isinstance(payload, str):
                raise UnreadableMessage(f"'payload' must be a text, not {reading.kind(payload)}.")
            told = reading.load(payload.encode("utf-8", "replace"))
        yield parse.item(told, answered_at(webhook))

    # --- we ask it ------------------------------------------------------------------------------------

    def is_asked(self) -> bool:
        """Say whether there are credentials."""
        return bool(self.option("client_id") and self.option("client_secret"))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield what USPS knows of each item; one that it does not know (404) says nothing."""
        for parcel in parcels:
            path = f"/tracking/v3/tracking/{quote(parcel.tracking_number.replace(' ', ''), safe='')}"
            response = self._api().call("GET", path, accept=(200, 404), params={"expand": "DETAIL"})
            if response.status_code == 200:
                yield answer(response)

    def needs_registration(self) -> bool:
        """Say whether each parcel is subscribed to."""
        return self.is_asked() and self.is_pushed() and bool(self.option("listener_url"))

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Subscribe to the events of these parcels. One that is subscribed to already is named by its refusal."""
        for parcel in parcels:
            body = {
                "listenerURL": self.option("listener_url"),
                "secret": self.secrets()[0],
                "filterProperties": {"trackingNumber": parcel.tracking_number.replace(" ", "")},
                "adminNotification": [{"email": self.option("admin_email")}],
            }
            path = "/subscriptions-tracking/v3/subscriptions"
            response = self._api().call("POST", path, accept=(200, 201, 202, 400), json=body)
            if response.status_code == 400 and b"subscriptionId" not in response.content:
                raise PermanentFailure("USPS refused the subscription: see its options in the manual.")

    def _api(self) -> Api:
        base = Api(self.option("url", self.url))
        # Without a scope an app gets all that it was granted: what subscriptions need is nowhere documented.
        scope = "" if self.option("listener_url") else "tracking"
        auth = ClientCredentials(
            base,
            "/oauth2/v3/token",
            client_id=self.option("client_id"),
            client_secret=self.option("client_secret"),
            as_json=True,
            extra={"scope": scope} if scope else {},
        )
        return Api(base.base_url, auth=auth)


def _signed(envelope: Any) -> str:
    told = envelope if isinstance(envelope, dict) else {}
    timestamp, payload = told.get("timestamp"), told.get("payload")
    if isinstance(timestamp, bool) or not isinstance(timestamp, (str, int)) or not isinstance(payload, str):
        raise UnreadableMessage("'timestamp' and 'payload' must be texts.")
    return f"{timestamp}{payload}"
