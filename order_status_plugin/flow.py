"""START HERE."""

from __future__ import annotations

from typing import Any


def connect() -> None:
    """Wire the rooms together."""


def ensure_schedules(**kwargs: Any) -> None:
    """Create the django-q2 schedules."""
