"""The locator: which order a link means. Derived, so that a host can print a link before any row is committed."""

from __future__ import annotations

import base64

from ..keys import signing_key
from ..spans import short

#: Bytes of a locator; 16 url-safe characters.
SIZE = 12


def locator_for(host: str, reference: str) -> str:
    """Return the locator of an order by its host's alias and reference: 16 characters of ``A-Za-z0-9_-``."""
    return base64.urlsafe_b64encode(signing_key().mac("locator", host, reference)[:SIZE]).decode()


def called(host: str, reference: str) -> str:
    """Return by what an order is called in logs and traces: a shop's own reference may be its number."""
    return short(locator_for(host, reference))
