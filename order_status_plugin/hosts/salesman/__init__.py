"""Salesman 1.3 and projects that swap its models: hears its signals, reads its orders, puts the link into its admins."""

from __future__ import annotations

from .host import SalesmanHost

__all__ = ["SalesmanHost"]
