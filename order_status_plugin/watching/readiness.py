"""Is this installation ready? What is installed, what the system checks say and how it goes, on one screen."""

from __future__ import annotations

from . import installation, running
from .fact import Fact


def look() -> list[Fact]:
    """Return the facts, most basic first."""
    return [*installation.look(), *running.look()]
