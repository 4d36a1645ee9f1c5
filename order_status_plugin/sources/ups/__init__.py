"""UPS: its Track API, and Track Alert.

https://github.com/UPS-API/api-documentation: Tracking.yaml, UPSTrackAlert.yaml
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar
from urllib.parse import quote

from django.core.checks import CheckMessage

from ... import reading
from ...events import TrackedParcel, TrackingUpdate
from ...exceptions import UntrustedWebhook
from ...http import Api, ClientCredentials
from ..base import Budget, Source, Webhook, answer, answered_at
from . import parse

#: What Track Alert follows: parcels of UPS and of Roadie.
ALERTED = re.compile(r"1Z[0-9A-Z]{16}|1R[0-9A-Z]{14}(?:[0-9A-Z]{12})?")


class Ups(Source):
    """UPS. ``OPTIONS``: ``client_id`` and ``client_secret`` of an app at developer.ups.com.

    With ``secrets`` (the credentials that UPS sends with each alert, newest first) parcels are registered for Track
    Alert. An alert tells one event and UPS keeps no history, so parcels are asked about all the same, rarely.
    """

    label = "UPS"
    kept_headers: ClassVar[tuple[str, ...]] = ("date",)
    #: UPS publishes no figure for its Track API; few calls at a time.
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(5, dt.timedelta(seconds=1)),)
    registration_lasts: ClassVar[dt.timedelta | None] = dt.timedelta(days=14)
    url: ClassVar[str] = "https://onlinetools.ups.com"

    def check(self) -> list[CheckMessage]:
        """Say which credentials are missing."""
        hint = "Copy both from your app at developer.ups.com; the app needs the product Tracking."
        found = self.check_texts("client_id", "client_secret", hint=hint)
        if "secrets" in self.options:
            found += self.check_secrets("Copy the credential that you gave UPS under Manage Webhook Credentials.")
        return found

    def knows(self, carrier: str) -> bool:
        """Say whether it is UPS."""
        return carrier == "ups"

    # --- it tells us ----------------------------------------------------------------------------------

    def is_pushed(self) -> bool:
        """Say whether alerts can be told from others' posts."""
        return bool(self.secrets())

    def verify(self, webhook: Webhook) -> None:
        """Compare the credential, which stands in a header or in the address: UPS signs nothing."""
        bearer = webhook.headers.get("authorization", "").removeprefix("Bearer ")
        given = (webhook.headers.get("x-api-key", ""), webhook.headers.get("credential", ""), bearer, webhook.secret)
        if not any(self.is_secret(one) for one in given):
            raise UntrustedWebhook("The credential of this alert is missing or wrong.")

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate]:
        """Yield the parcel of an answer, or the one event of an alert."""
        payload = reading.load(webhook.body)
        if webhook.is_answer:
            yield from parse.answer(payload, answered_at(webhook))
        else:
            yield parse.alert(payload)

    # --- we ask it ------------------------------------------------------------------------------------

    def is_asked(self) -> bool:
        """Say whether there are credentials."""
        return bool(self.option("client_id") and self.option("client_secret"))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield what UPS knows of each number; one that it does not know (404) says nothing."""
        for parcel in parcels:
            path = f"/api/track/v1/details/{quote(parcel.tracking_number, safe='')}"
            response = self._api().call("GET", path, accept=(200, 404), params={"locale": "en_US"})
            if response.status_code == 200:
                yield answer(response)

    def needs_registration(self) -> bool:
        """Say whether alerts are wanted; ``OPTIONS["register"] = False`` leaves it to an account subscription."""
        return self.is_asked() and self.is_pushed() and self.options.get("register", True) is not False

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Subscribe to these parcels for 14 days. Where alerts go to is set at developer.ups.com, once."""
        numbers = [parcel.tracking_number.strip().upper() for parcel in parcels]
        body = {"locale": "en_US", "trackingNumberList": [number for number in numbers if ALERTED.fullmatch(number)]}
        if body["trackingNumberList"]:
            self._api().call("POST", "/api/track/v2/subscription/standard/package", json=body)

    def _api(self) -> Api:
        base = Api(self.option("url", self.url))
        auth = ClientCredentials(
            base,
            "/security/v1/oauth/token",
            client_id=self.option("client_id"),
            client_secret=self.option("client_secret"),
        )
        headers = {"transId": uuid.uuid4().hex, "transactionSrc": "order-status-plugin"}
        return Api(base.base_url, auth=auth, headers=headers)
