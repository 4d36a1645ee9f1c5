"""What a provider does: it posts signed webhooks, and it answers questions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ...events import Overlay, ParcelStatus, Precision, TrackingScan, TrackingUpdate


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as the provider saw it."""

    method: str
    path: str  # without the query, still percent-encoded
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the provider answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: object, status: int = 200) -> Reply:
        """Return JSON."""
        return cls(status=status, body=json.dumps(content).encode(), headers={"Content-Type": "application/json"})


class Play:
    """Speaks as one provider does: the way back from our words to its own. Knows nothing of the adapter's tables."""

    #: What the provider has words for, by status and overlay; None where it has one for each.
    said: ClassVar[Container[tuple[ParcelStatus | None, Overlay]] | None] = None

    def says(self, status: ParcelStatus | None, overlay: Overlay = Overlay.NONE) -> bool:
        """Say whether the provider has a word for this: what it has none for, no shop ever hears from it."""
        return self.said is None or (status, overlay) in self.said

    def carrier_name(self, carrier: str) -> str:
        """Return how the provider spells the carrier with this slug of ours, "" where its messages name none."""
        return ""

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return the webhook that tells this, under the provider's id ``delivery``. The scans are oldest first."""
        raise NotImplementedError

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the headers that go with a webhook; {} where the secret stands in the address."""
        return {}

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer one call (one for a token, too) when this is known, by tracking number."""
        raise NotImplementedError


def written(scan: TrackingScan) -> str:
    """Return the time of a scan in ISO 8601: a date, a time without offset, or one with it, as the scan knows."""
    if scan.precision is Precision.DATE:
        return scan.local_time.date().isoformat()
    zone = None if scan.utc_offset is None else dt.timezone(dt.timedelta(minutes=scan.utc_offset))
    return scan.local_time.replace(tzinfo=zone).isoformat()
