"""EasyPost: signed webhooks of trackers, and its API v2.

https://docs.easypost.com/docs/trackers · https://docs.easypost.com/guides/webhooks-guide
"""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from django.core.checks import CheckMessage
from django.utils import timezone

from ... import reading
from ...events import TrackedParcel, TrackingUpdate
from ...exceptions import UnreadableMessage, UntrustedWebhook
from ...http import Api
from ..base import Budget, Source, Webhook, their_code
from .codes import CARRIERS, KNOWN
from .parse import update_of

#: A signature of version 2 is worth nothing after this: what it signs was sent then.
TOLERANCE = dt.timedelta(minutes=15)


class EasyPost(Source):
    """Webhooks of EasyPost, and its trackers.

    ``OPTIONS["secrets"]`` lists the ``webhook_secret`` of the webhooks, newest first. With ``OPTIONS["api_key"]``
    trackers are created for parcels (unless ``register`` is False: labels bought there have one) and asked for.
    """

    label = "EasyPost"
    #: EasyPost publishes no figure; it asks for few calls at a time.
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(5, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://api.easypost.com/v2"

    def check(self) -> list[CheckMessage]:
        """Say when webhooks cannot be verified, or too easily forged."""
        return self.check_secrets("Give the webhook a webhook_secret at EasyPost, and the same one here.")

    def knows(self, carrier: str) -> bool:
        """Say whether EasyPost follows this carrier."""
        return carrier in KNOWN

    # --- it tells us ----------------------------------------------------------------------------------

    def is_pushed(self) -> bool:
        """EasyPost sends webhooks."""
        return True

    def verify(self, webhook: Webhook) -> None:
        """Ask for a signature of version 1, and hold one of version 2 to its word where it is there."""
        headers = webhook.headers
        if not self._is_signed(headers.get("x-hmac-signature", ""), webhook.body):
            raise UntrustedWebhook()
        second = headers.get("x-hmac-signature-v2")
        if second is None:
            return
        stamp, path = headers.get("x-timestamp", ""), headers.get("x-path", "")
        # Most public implementations sign timestamp + method + path + body, one timestamp + body; no official client
        # does either yet. Both bind this body to this time.
        forms = (f"{stamp}POST{path}".encode() + webhook.body, stamp.encode() + webhook.body)
        matches = [self._is_signed(second, signed) for signed in forms]
        if not any(matches):
            raise UntrustedWebhook("The second signature of this webhook is wrong.")
        sent_at = _stamp(stamp)
        if sent_at is None or abs(timezone.now() - sent_at) > TOLERANCE:
            raise UntrustedWebhook("This webhook was signed too long ago.")

    def _is_signed(self, given: str, signed: bytes) -> bool:
        matches = [
            hmac.compare_digest(given.strip().encode(), self.sign(signed, key).encode()) for key in self.secrets()
        ]
        return any(matches)

    def sign(self, signed: bytes, secret: str) -> str:
        """Return the value of a signature header for these bytes."""
        key = unicodedata.normalize("NFKD", secret).encode()
        return "hmac-sha256-hex=" + hmac.new(key, signed, hashlib.sha256).hexdigest()

    def message_key(self, webhook: Webhook) -> str:
        """Return the id of the event, ``evt_…``."""
        try:
            payload: Any = json.loads(webhook.body)
        except (ValueError, RecursionError):
            return ""
        return reading.text(payload.get("id"), 150) if isinstance(payload, dict) else ""

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate]:
        """Yield the tracker of an event, or those of an answer. Events about anything else say nothing."""
        payload = reading.load(webhook.body)
        if not isinstance(payload, dict):
            raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
        if webhook.is_answer:
            if not isinstance(payload.get("trackers"), list):
                raise UnreadableMessage(f"'trackers' must be a list, not {reading.kind(payload.get('trackers'))}.")
            for tracker in reading.rows(payload["trackers"]):
                yield update_of(tracker, "trackers")
            return
        description = reading.text(payload.get("description"), 100)
        if not description:
            raise UnreadableMessage(f"'description' must be a text, not {reading.kind(payload.get('description'))}.")
        if description.startswith("tracker."):
            yield update_of(reading.mapping(payload.get("result")), "result")

    # --- we ask it ------------------------------------------------------------------------------------

    def is_asked(self) -> bool:
        """Say whether there is a key to ask with."""
        return bool(self.option("api_key"))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield the trackers of this code and carrier: carriers use codes again, so never of the code alone."""
        for parcel in parcels:
            query = {"tracking_code": parcel.tracking_number, "carrier": their_code(CARRIERS, parcel.carrier)}
            answer = self._api().call("GET", "/trackers", params=query)
            yield Webhook(body=answer.content, headers={}, is_answer=True)

    def needs_registration(self) -> bool:
        """Say whether we are to create the trackers."""
        return self.is_asked() and self.options.get("register", True) is not False

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Create a tracker for each parcel; within three months EasyPost returns the one that is there."""
        for parcel in parcels:
            tracker = {"tracking_code": parcel.tracking_number, "carrier": their_code(CARRIERS, parcel.carrier)}
            self._api().call("POST", "/trackers", json={"tracker": tracker})

    def _api(self) -> Api:
        return Api(self.option("url", self.url), auth=(self.option("api_key"), ""))


def _stamp(given: str) -> dt.datetime | None:
    """Read the time of a signature: as mails write it, or ISO 8601."""
    when = reading.aware(given)
    if when is None:
        try:
            parsed = email.utils.parsedate_to_datetime(given)
        except ValueError:
            return None
        when = parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)
    return when
