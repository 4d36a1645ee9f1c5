"""What editors write: pages and what stands on them."""

from __future__ import annotations
