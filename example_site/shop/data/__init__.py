"""What the demo is filled with, as data, and the code that loads it."""

from __future__ import annotations
