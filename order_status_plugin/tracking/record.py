"""The only writer."""

from __future__ import annotations
