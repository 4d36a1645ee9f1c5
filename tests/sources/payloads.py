"""Bodies as AfterShip sends them, made of our own numbers and places."""

from __future__ import annotations

import json
from typing import Any

NUMBER = "1Z999AA10123456784"


def checkpoint(tag: str, time: object = "2026-11-20T08:15:00", **more: Any) -> dict[str, Any]:
    """Return one checkpoint of API version 2026-07."""
    return {
        "created_at": "2026-11-20T09:00:00+00:00",
        "slug": "ups",
        "checkpoint_time": time,
        "location": "COLOGNE, DE",
        "city": "COLOGNE",
        "state": None,
        "postal_code": "50667",
        "coordinate": {"latitude": 50.94, "longitude": 6.96},
        "country_region": "DEU",
        "message": "Departed from facility",
        "tag": tag,
        "subtag": f"{tag}_001",
        "subtag_message": tag,
        "raw_tag": None,
        "events": [],
        "source": None,
        "hash": f"hash-{tag}-{time}",
        **more,
    }


def tracking(*checkpoints: Any, **more: Any) -> dict[str, Any]:
    """Return the tracking that a webhook carries."""
    last = checkpoints[-1] if checkpoints and isinstance(checkpoints[-1], dict) else {}
    return {
        "id": "0f1e2d3c4b5a",
        "created_at": "2026-11-19T10:00:00+00:00",
        "updated_at": "2026-11-21T10:00:00+00:00",
        "tracking_number": NUMBER,
        "slug": "ups",
        "tag": last.get("tag", "Pending"),
        "subtag": last.get("subtag", "Pending_001"),
        "subtag_message": last.get("subtag_message", "Pending"),
        "return_to_sender": False,
        "signed_by": None,
        "pickup_location": None,
        "pickup_note": None,
        "courier_estimated_delivery_date": None,
        "aftership_estimated_delivery_date": None,
        "custom_estimated_delivery_date": None,
        "latest_estimated_delivery": None,
        "first_estimated_delivery": None,
        "checkpoints": list(checkpoints),
        **more,
    }


def body(msg: object, **more: Any) -> bytes:
    """Return the whole body."""
    whole = {
        "event": "tracking_update",
        "event_id": "b8f0c3f8-4b1a-4c5e-9d1e-2a3b4c5d6e7f",
        "is_tracking_first_tag": False,
        "msg": msg,
        "ts": 1795255200,  # 2026-11-21T10:00:00Z
        **more,
    }
    return json.dumps(whole).encode()
