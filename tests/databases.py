"""A database from its URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class TablesOfToday(dict[str, None]):
    """For MIGRATION_MODULES: no app has migrations, tables are made as the models are now, in seconds instead of minutes.

    That migrations make the same is shown where they run.
    """

    def __contains__(self, label: object) -> bool:
        """Say that something is said of every app."""
        return True

    def __missing__(self, label: str) -> None:
        """Say that it has none."""


def from_url(url: str) -> dict[str, Any]:
    """Return Django's settings for a ``postgresql://`` or ``sqlite:///`` URL.

    ``?host=/a/folder`` names a Unix socket, as libpq reads it.
    """
    parts = urlsplit(url)
    if parts.scheme.startswith("sqlite"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path or ":memory:"}
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must begin with postgresql:// or sqlite:///, not {parts.scheme}://")
    socket = parse_qs(parts.query).get("host", [""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or socket,
        "PORT": parts.port or "",
    }
