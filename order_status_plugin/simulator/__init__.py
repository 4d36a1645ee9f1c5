"""Rehearsals: scenarios as data, played as properly signed webhooks over HTTP, on a clock."""

from __future__ import annotations
