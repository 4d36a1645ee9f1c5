"""django-oscar 4.2 and its forks: hears the shop's signals, reads its orders, puts the link on its pages."""

from __future__ import annotations

from .host import OscarHost

__all__ = ["OscarHost"]
