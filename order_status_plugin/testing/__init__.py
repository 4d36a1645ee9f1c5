"""Contracts that adapters keep, as test classes: subclass one in your tests, with pytest or unittest."""

from __future__ import annotations
