"""The ordering device's own way in: a signed code on the thank-you page, good for one POST within minutes.

The code is stateless, so that it can be printed in the transaction that places the order. It is never mailed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from ..conf import conf
from ..keys import keys_numbered, signing_key
from .models import SpentClaim

_MAC_SIZE = 32
#: Longer than any code of ours, short enough to be refused before any work.
_MAX_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Claim:
    """What a genuine code says. ``is_fresh`` is False when its minutes are over."""

    host: str
    reference: str
    is_fresh: bool
    digest: str


def code_for(host_alias: str, reference: str) -> str:
    """Return a new code. Print it only to the browser that has just placed this order."""
    key = signing_key()
    issued = int(timezone.now().timestamp())
    body = json.dumps([host_alias, reference, issued, secrets.token_urlsafe(9)], separators=(",", ":")).encode()
    signed = key.number.to_bytes(2, "big") + body
    return base64.urlsafe_b64encode(signed + key.mac("claim", body)).decode().rstrip("=")


def read(code: str) -> Claim | None:
    """Return what a code says, None when it is not one of ours. Spends nothing, reads no row."""
    if len(code) > _MAX_LENGTH:
        return None
    try:
        raw = base64.b64decode(code + "=" * (-len(code) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    number, body, given = raw[:2], raw[2:-_MAC_SIZE], raw[-_MAC_SIZE:]
    keys = keys_numbered(int.from_bytes(number, "big"))
    if not any(hmac.compare_digest(key.mac("claim", body), given) for key in keys):
        return None
    host, reference, issued, _nonce = json.loads(body)
    age = timezone.now().timestamp() - issued
    # Of what was signed, not of its spelling: base64 has several for the same bytes.
    digest = hashlib.sha256(body).hexdigest()
    return Claim(host, reference, -60 <= age <= conf.CLAIM_LIFETIME.total_seconds(), digest)


def spend(claim: Claim) -> bool:
    """Use a claim up. False when it is too old, or was used before: also when two try at the same moment."""
    if not claim.is_fresh:
        return False
    try:
        with transaction.atomic():
            SpentClaim.objects.create(digest=claim.digest, spent_at=timezone.now())
    except IntegrityError:
        return False
    return True
