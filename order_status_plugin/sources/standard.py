"""Anybody's carrier: a signed endpoint by the Standard Webhooks specification, with JSON of ours (docs/sources/standard.md).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error
from django.utils import timezone

from .. import reading
from ..carriers import catalogue
from ..events import DeliveryWindow, Overlay, ParcelStatus, Place, Reason, TrackingScan, TrackingUpdate
from ..exceptions import UnreadableMessage, UntrustedWebhook
from ..places.countries import alpha_2
from .base import Source, Webhook

PREFIX = "whsec_"
#: How far the clock of a sender may be from ours, and how long a signature is worth something.
TOLERANCE = dt.timedelta(minutes=5)
TYPE = "parcel.updated"

_STATUSES = {str(status): status for status in ParcelStatus}
_OVERLAYS = {str(overlay): overlay for overlay in Overlay}
_REASONS = {str(reason): reason for reason in Reason}


class Standard(Source):
    """Takes signed messages in a format of ours. ``OPTIONS["secrets"]``: ``whsec_`` and base64 of 24 to 64 random bytes.

    ``OPTIONS["carriers"]`` lists the carriers that are followed this way, as slugs of our catalogue: their parcels
    count as tracked live from the start. Any other parcel does from its first message on.
    """

    label = "Standard Webhooks"

    def check(self) -> list[CheckMessage]:
        """Say when there is no secret, and which of them is none of this specification."""
        hint = f"A secret is '{PREFIX}' and base64 of 24 to 64 random bytes."
        found = self.check_secrets(hint)
        bad = [number for number, secret in enumerate(self.secrets(), 1) if _key(secret) is None]
        where = f"ORDER_STATUS['SOURCES'][{self.alias!r}]['OPTIONS']"
        return found + [
            Error(f"{where}: secret {number} is malformed.", hint=hint, id="order_status.E405") for number in bad
        ]

    def is_pushed(self) -> bool:
        """Nobody is asked."""
        return True

    def sign(self, message_id: str, timestamp: str, body: bytes, secret: str) -> str:
        """Return the signature of a message: ``v1,`` and base64 of HMAC-SHA256."""
        signed = f"{message_id}.{timestamp}.".encode() + body
        mac = hmac.new(_key(secret) or b"", signed, hashlib.sha256).digest()
        return "v1," + base64.b64encode(mac).decode()

    def verify(self, webhook: Webhook) -> None:
        """Compare each signature of version 1 with that by each secret, and the time with ours."""
        headers = webhook.headers
        message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        given = [one.encode() for one in headers.get("webhook-signature", "").split() if one.startswith("v1,")]
        if not (message_id and timestamp and given):
            raise UntrustedWebhook("It lacks webhook-id, webhook-timestamp or a webhook-signature of version 1.")
        secrets = [secret for secret in self.secrets() if _key(secret)]
        made = [self.sign(message_id, timestamp, webhook.body, secret).encode() for secret in secrets]
        matches = [hmac.compare_digest(one, other) for one in given for other in made]
        if not any(matches):
            raise UntrustedWebhook()
        sent_at = reading.moment(int(timestamp)) if timestamp.isascii() and timestamp.isdecimal() else None
        if not isinstance(sent_at, dt.datetime) or abs(timezone.now() - sent_at) > TOLERANCE:
            raise UntrustedWebhook("The timestamp of this webhook is more than five minutes from now.")

    def message_key(self, webhook: Webhook) -> str:
        """Return ``webhook-id``, the same in each try."""
        return reading.text(webhook.headers.get("webhook-id"), 150)

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate]:
        """Yield the one parcel that the body is about. Errors name the field; then nothing of the message counts."""
        whole = _Part.of(reading.load(webhook.body), "")
        if whole.text("type", 60) != TYPE:
            raise UnreadableMessage(f"'type' must be {TYPE!r}.")
        stated_at = reading.aware(whole.text("timestamp", 40))
        if stated_at is None:
            raise UnreadableMessage("'timestamp' must be a time with its offset, in ISO 8601.")
        yield _update(whole.part("data", required=True), stated_at)


class _Part:
    """An object of a message, which knows where it stands: what is wrong is named."""

    def __init__(self, fields: dict[str, Any], path: str) -> None:
        self.fields = fields
        self.path = path

    @classmethod
    def of(cls, value: object, path: str) -> _Part:
        if not isinstance(value, dict):
            raise UnreadableMessage(
                f"{path!r} must be an object, not {reading.kind(value)}." if path else "The body must be an object."
            )
        return cls(value, path)

    def where(self, name: str) -> str:
        return f"'{self.path}.{name}'" if self.path else f"'{name}'"

    def text(self, name: str, limit: int, *, required: bool = False) -> str:
        value = self.fields.get(name)
        found = reading.text(value, limit)
        if (required and not found) or (value is not None and not isinstance(value, str)):
            raise UnreadableMessage(f"{self.where(name)} must be a text, not {reading.kind(value)}.")
        return found

    def part(self, name: str, *, required: bool = False) -> _Part:
        value = self.fields.get(name)
        path = self.where(name).strip("'")
        return _Part({}, path) if value is None and not required else _Part.of(value, path)

    def parts(self, name: str) -> list[_Part]:
        value = self.fields.get(name)
        if value is not None and not isinstance(value, list):
            raise UnreadableMessage(f"{self.where(name)} must be a list, not {reading.kind(value)}.")
        path = self.where(name).strip("'")
        return [_Part.of(item, f"{path}[{count}]") for count, item in enumerate(value or [])]

    def day_or_hour(self, name: str) -> str:
        found = self.text(name, 40)
        if found and reading.day_or_hour(found) is None:
            raise UnreadableMessage(f"{self.where(name)} must be a date or a time, in ISO 8601.")
        return found

    def degrees(self, name: str, limit: int) -> float | None:
        value = self.fields.get(name)
        found = reading.degrees(value, limit)
        if value is not None and found is None:
            raise UnreadableMessage(f"{self.where(name)} must be a number of degrees from -{limit} to {limit}.")
        return found


def _update(data: _Part, stated_at: dt.datetime) -> TrackingUpdate:
    number = data.text("tracking_number", 190, required=True)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(f"{data.where('tracking_number')} must hold letters or digits.")
    spelling = data.text("carrier", 190)
    carrier = catalogue.find(spelling) if spelling else None
    pickup, handed = data.part("pickup"), data.part("handed_to")
    until = pickup.day_or_hour("until")
    day = reading.moment(until[:10]) if until else None
    return TrackingUpdate(
        tracking_number=number,
        carrier=carrier.slug if carrier else "",
        carrier_text=spelling,
        scans=tuple(_scan(event) for event in data.parts("events")),
        window=_window(data, stated_at),
        next_step=data.text("next_step", 500),
        signed_by=data.text("signed_by", 190),
        left_at=data.text("left_at", 190),
        proof_url=_address(data, "proof_url"),
        pickup_place=pickup.text("place", 500),
        pickup_hours=pickup.text("hours", 1000),
        pickup_until=day.date() if isinstance(day, dt.datetime) else day,
        handed_to=handed.text("carrier", 190),
        handed_number=handed.text("tracking_number", 190),
        estimate_ends="window" in data.fields and data.fields["window"] is None,
    )


def _scan(event: _Part) -> TrackingScan:
    status, overlay = event.text("status", 60), event.text("overlay", 60)
    if overlay not in _OVERLAYS:
        raise UnreadableMessage(f"{event.where('overlay')} must be one of {', '.join(filter(None, _OVERLAYS))}.")
    reason = event.text("reason", 60)
    if reason not in _REASONS:
        raise UnreadableMessage(f"{event.where('reason')} must be one of {', '.join(filter(None, _REASONS))}.")
    when = reading.clock(event.text("time", 40, required=True))
    if when is None:
        raise UnreadableMessage(f"{event.where('time')} must be a date or a time, in ISO 8601.")
    # A word that is none of ours stays unknown; none at all says that the event moves nothing.
    said = _STATUSES.get(status, ParcelStatus.UNKNOWN) if status else None
    local, offset, precision = when
    return TrackingScan(
        status=said,
        overlay=_OVERLAYS[overlay],
        local_time=local,
        utc_offset=offset,
        precision=precision,
        source_id=event.text("id", 190),
        raw_code=event.text("code", 100) or status or overlay,
        message=event.text("message", 1000),
        rule="as it was sent" if status in _STATUSES or not status else "unknown status",
        place=_place(event.part("place")),
        reason=_REASONS[reason],
    )


def _place(place: _Part) -> Place:
    given = place.text("country", 3)
    country = alpha_2(given)
    if given and not country:
        raise UnreadableMessage(f"{place.where('country')} must be a code of ISO 3166-1, like 'FR'.")
    latitude, longitude = reading.point(place.degrees("latitude", 90), place.degrees("longitude", 180))
    return Place(
        text=place.text("text", 255),
        city=place.text("city", 190),
        region=place.text("region", 190),
        postcode=place.text("postcode", 40),
        country=country,
        latitude=latitude,
        longitude=longitude,
    )


def _window(data: _Part, stated_at: dt.datetime) -> DeliveryWindow | None:
    window = data.part("window")
    found = reading.span(window.day_or_hour("earliest"), window.day_or_hour("latest"))
    if found is None:
        if window.fields:
            raise UnreadableMessage(f"'{window.path}' must have 'earliest' or 'latest'.")
        return None
    reason = window.text("reason", 500)
    return DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at, reason=reason)


def _address(data: _Part, name: str) -> str:
    found = data.text(name, 1000)
    if found and not found.startswith("https://"):
        raise UnreadableMessage(f"{data.where(name)} must begin with 'https://'.")
    return found


def _key(secret: str) -> bytes | None:
    """Return the bytes of a secret, None when it is none of the specification's."""
    if not secret.startswith(PREFIX):
        return None
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if 24 <= len(key) <= 64 else None
