"""TrackingMore: webhooks that nudge, and its API v4.

https://www.trackingmore.com/docs/trackingmore/d5ac362fc3cda-api-quick-start
https://www.trackingmore.com/docs/logistics_status.php
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from ... import reading
from ...events import Nudge, TrackedParcel, TrackingUpdate
from ...exceptions import PermanentFailure, UnreadableMessage, UntrustedWebhook
from ...http import Api
from ..base import Budget, NudgedSource, Webhook, their_code
from .codes import CARRIERS, KNOWN
from .parse import number_of, update_of

logger = logging.getLogger(__name__)

#: ``meta.code``: the tracking is there already.
ALREADY_THERE = 4101


class TrackingMore(NudgedSource):
    """TrackingMore. ``OPTIONS``: ``secrets`` (each the last part of an address), ``api_key``.

    Its own webhook secret may stand among ``secrets``: then ``signature`` is checked too. Trackings are made for parcels
    unless ``register`` is False.
    """

    label = "TrackingMore"
    batch_size: ClassVar[int] = 40
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(3, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://api.trackingmore.com/v4"

    def knows(self, carrier: str) -> bool:
        """Say whether we know how TrackingMore calls this carrier."""
        return carrier in KNOWN

    def verify(self, webhook: Webhook) -> None:
        """Compare the secret in the address, and ``signature`` where it is sent.

        Its documents say that it is over the body, and their samples sign the timestamp alone: either is accepted.
        """
        super().verify(webhook)
        given = webhook.headers.get("signature")
        if given is None:
            return
        stamp = webhook.headers.get("timestamp", "").encode()
        made: list[str] = []
        for secret in self.secrets():
            over_body = hmac.new(secret.encode(), webhook.body, hashlib.sha256).digest()
            made += [over_body.hex(), base64.b64encode(over_body).decode()]
            if stamp:
                made.append(hmac.new(secret.encode(), stamp, hashlib.sha256).hexdigest())
        matches = [hmac.compare_digest(given.strip().encode(), one.encode()) for one in made]
        if not any(matches):
            raise UntrustedWebhook()

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate | Nudge]:
        """Yield a nudge for the number of a webhook, and what an answer says of each."""
        payload = reading.load(webhook.body)
        if not isinstance(payload, dict):
            raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
        data = payload.get("data")
        if webhook.is_answer:
            if not isinstance(data, list):
                raise UnreadableMessage(f"'data' must be a list, not {reading.kind(data)}.")
            for tracking in reading.rows(data):
                yield update_of(tracking)
            return
        if not isinstance(data, dict):
            raise UnreadableMessage(f"'data' must be an object, not {reading.kind(data)}.")
        tracking = reading.mapping(data)
        courier = reading.text(tracking.get("courier_code"), 60)
        yield Nudge(tracking_number=number_of(tracking), carrier=CARRIERS.get(courier, ""), carrier_text=courier)

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield the answer about up to forty numbers."""
        numbers = ",".join(parcel.tracking_number for parcel in parcels)
        answer = self._api().call("GET", "/trackings/get", params={"tracking_numbers": numbers})
        yield Webhook(body=answer.content, headers={}, is_answer=True)

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Make up to forty trackings; one that is there already is as good."""
        body = [
            {"tracking_number": parcel.tracking_number, "courier_code": their_code(CARRIERS, parcel.carrier)}
            for parcel in parcels
        ]
        answer = self._api().call("POST", "/trackings/batch", json=body, accept=(200, 201, 202, 400))
        try:
            said = reading.mapping(reading.load(answer.content))
        except UnreadableMessage:
            said = {}
        code = reading.mapping(said.get("meta")).get("code")
        if answer.status_code == 400 and code != ALREADY_THERE:
            raise PermanentFailure(f"TrackingMore does not take these numbers: its error {code or 'has no code'}.")
        data = reading.mapping(said.get("data"))
        bad = {reading.text(item.get("error_code"), 20) for item in reading.rows(data.get("error"))} - {
            str(ALREADY_THERE)
        }
        if bad:
            logger.warning("TrackingMore refused some of %d numbers: %s", len(parcels), sorted(bad))

    def _api(self) -> Api:
        return Api(self.option("url", self.url), headers={"Tracking-Api-Key": self.option("api_key")})
