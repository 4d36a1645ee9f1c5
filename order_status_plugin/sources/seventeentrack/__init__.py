"""17TRACK: pushes that nudge, and its API v2.4.

https://asset.17track.net/api/document/v2.4_en/index.html
https://help.17track.net/hc/en-us/articles/37471096573337
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from ... import reading
from ...events import (
    Nudge,
    TrackedParcel,
    TrackingUpdate,
)
from ...exceptions import AccessDenied, PermanentFailure, TemporaryFailure, UnreadableMessage, UntrustedWebhook
from ...http import Api
from ..base import Budget, NudgedSource, Webhook, their_code
from .codes import (
    CARRIERS,
    KNOWN,
)
from .parse import number_of, update_of

logger = logging.getLogger(__name__)

#: Codes that are no failure of one number: registered already, and nothing to tell of it yet.
FINE = frozenset({-18019901, -18019902, -18019909})

#: IP not allowed, key wrong, account disabled, not authorised.
NO_ACCESS = frozenset({-18010001, -18010002, -18010004, -18010005})

#: The day's limit, and the quota.
USED_UP = frozenset({-18019907, -18019908})


class SeventeenTrack(NudgedSource):
    """17TRACK. ``OPTIONS``: ``secrets`` (each the last part of an address), ``api_key`` (the security key).

    Numbers are registered, which its quota counts, unless ``register`` is False.
    """

    label = "17TRACK"
    batch_size: ClassVar[int] = 40
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(3, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://api.17track.net/track/v2.4"

    def knows(self, carrier: str) -> bool:
        """Say whether we know how 17TRACK numbers this carrier."""
        return carrier in KNOWN

    def verify(self, webhook: Webhook) -> None:
        """Compare the secret in the address, and ``sign`` where it is sent: SHA-256 over body, "/" and the key."""
        super().verify(webhook)
        given = webhook.headers.get("sign")
        if given is None:
            return
        keys = [key for key in (self.option("api_key"), *self.secrets()) if key]
        sums = [hashlib.sha256(webhook.body + b"/" + key.encode()).hexdigest() for key in keys]
        matches = [hmac.compare_digest(given.strip().lower().encode(), made.encode()) for made in sums]
        if not any(matches):
            raise UntrustedWebhook()

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate | Nudge]:
        """Yield a nudge for the number of a push, and what an answer says of each number that was accepted."""
        payload = reading.load(webhook.body)
        if not isinstance(payload, dict):
            raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
        data = payload.get("data")
        if webhook.is_answer:
            accepted = reading.mapping(data).get("accepted")
            if not isinstance(accepted, list):
                raise UnreadableMessage(f"'data.accepted' must be a list, not {reading.kind(accepted)}.")
            for item in reading.rows(accepted):
                yield update_of(item)
            return
        told = reading.rows(data if isinstance(data, list) else [data])
        if not told or not reading.text(payload.get("event"), 60):
            raise UnreadableMessage("A push must have 'event', a text, and 'data', an object.")
        for item in told:
            key = reading.text(item.get("carrier"), 20)
            yield Nudge(tracking_number=number_of(item), carrier=CARRIERS.get(key, ""), carrier_text=key)

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield the answer about up to forty numbers."""
        body, _data = self._call("/gettrackinfo", parcels)
        yield Webhook(body=body, headers={}, is_answer=True)

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Register up to forty numbers; one that is registered already is as good."""
        _body, data = self._call("/register", parcels)
        refused = [_code(reading.mapping(item.get("error"))) for item in reading.rows(data.get("rejected"))]
        bad = [code for code in refused if code not in FINE]
        if any(code in USED_UP for code in bad):
            raise TemporaryFailure("17TRACK's quota is used up.", retry_after=3600)
        if bad and not reading.rows(data.get("accepted")) and len(bad) == len(refused):
            raise PermanentFailure(f"17TRACK does not take these numbers: its errors {sorted(set(map(str, bad)))}.")
        if bad:
            logger.warning("17TRACK refused %d of %d numbers: %s", len(bad), len(parcels), sorted(set(map(str, bad))))

    def _call(self, path: str, parcels: Sequence[TrackedParcel]) -> tuple[bytes, dict[str, Any]]:
        """Post the numbers; return the answer as it came, and its ``data``. Errors of the whole call are raised."""
        numbers = [
            {"number": parcel.tracking_number, "carrier": int(their_code(CARRIERS, parcel.carrier) or 0)}
            for parcel in parcels
        ]
        api = Api(self.option("url", self.url), headers={"17token": self.option("api_key")})
        answer = api.call("POST", path, json=numbers)
        try:
            said = reading.mapping(reading.load(answer.content))
        except UnreadableMessage:
            said = {}
        code = _code(said)
        if code in NO_ACCESS:
            raise AccessDenied(f"17TRACK answered {code}. Check 'api_key' in OPTIONS, and its list of IP addresses.")
        if code != 0:
            raise TemporaryFailure(f"17TRACK answered {code}.")
        return answer.content, reading.mapping(said.get("data"))


def _code(said: dict[str, Any]) -> int:
    """Return the code of an answer or of an error, 0 where it is no number."""
    code = said.get("code")
    return code if isinstance(code, int) else 0
