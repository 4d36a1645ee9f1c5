"""Signatures as Standard Webhooks has them: HMAC-SHA256 over id, time and body, one for each secret that is good."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator

from django.utils import timezone

from .. import keys
from .models import OVERLAP, WebhookEndpoint

_PURPOSE = "outgoing webhook"


def secret(endpoint: WebhookEndpoint) -> str:
    """Return the secret to put into the other system: ``whsec_`` and 32 bytes in base64."""
    return f"whsec_{base64.b64encode(next(_secrets(endpoint))).decode()}"


def headers(endpoint: WebhookEndpoint, message_id: str, body: bytes, now: dt.datetime) -> dict[str, str]:
    """Return what stands beside the body. Several signatures, where a secret was just replaced: one has to fit."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    signatures = [
        base64.b64encode(hmac.new(each, signed, hashlib.sha256).digest()).decode() for each in _secrets(endpoint)
    ]
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def replace(endpoint: WebhookEndpoint) -> None:
    """Give the endpoint another secret. The one before it signs as well for :data:`OVERLAP`."""
    endpoint.secret_number += 1
    endpoint.secret_since = timezone.now()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        secret_number=endpoint.secret_number, secret_since=endpoint.secret_since
    )


def _secrets(endpoint: WebhookEndpoint) -> Iterator[bytes]:
    """Yield the newest first. Retired keys of the ring sign, too: their secrets are still in the other systems."""
    numbers = [endpoint.secret_number]
    if endpoint.secret_number > 1 and timezone.now() < endpoint.secret_since + OVERLAP:
        numbers.append(endpoint.secret_number - 1)
    for number in numbers:
        for key in keys.ring():
            yield key.mac(_PURPOSE, endpoint.uuid.bytes, str(number))
