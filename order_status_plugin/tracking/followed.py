"""Who follows the parcels of a carrier."""

from __future__ import annotations

import logging

from ..backends import source_for

logger = logging.getLogger(__name__)


def source_of(carrier: str) -> str:
    """Return who follows parcels of this carrier; an adapter that cannot be built must not stop anything."""
    try:
        return source_for(carrier)
    except Exception:
        logger.exception("no source could be asked about the carrier %r", carrier)
        return ""
