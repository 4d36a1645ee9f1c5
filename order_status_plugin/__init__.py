"""The order status page for any Django or Wagtail shop."""

from __future__ import annotations

__version__ = "0.1.0"
