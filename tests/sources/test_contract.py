from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from order_status_plugin.events import ParcelStatus, TrackingScan
from order_status_plugin.sources.aftership import AfterShip
from order_status_plugin.testing.sources import SourceContract

from .payloads import body, checkpoint, tracking

TAGS = {
    ParcelStatus.LABEL_CREATED: "InfoReceived",
    ParcelStatus.IN_TRANSIT: "InTransit",
    ParcelStatus.OUT_FOR_DELIVERY: "OutForDelivery",
    ParcelStatus.ATTEMPTED_DELIVERY: "AttemptFail",
    ParcelStatus.DELIVERED: "Delivered",
}


@pytest.mark.django_db
class TestAfterShip(SourceContract):
    backend = "order_status_plugin.sources.aftership.AfterShip"

    def body(self, number: str, scans: Sequence[TrackingScan], delivery: str) -> bytes:
        told = [checkpoint(TAGS[scan.status], f"{scan.local_time.isoformat()}+00:00") for scan in scans if scan.status]
        return body(tracking(*told, tracking_number=number), event_id=delivery)

    def unknown_body(self, number: str) -> bytes:
        return body(tracking(checkpoint("Levitating"), tracking_number=number))

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {"aftership-hmac-sha256": AfterShip("x", {}).sign(body, secret)}
