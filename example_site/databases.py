"""A database from its URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def from_url(url: str, var: Path) -> dict[str, Any]:
    """Return Django's settings for a ``postgresql://`` or ``sqlite:///`` URL; SQLite in ``var`` for none.

    ``?pool=8`` keeps so many connections in a pool, for servers that give each request a thread of its own.
    """
    parts = urlsplit(url)
    if not url or parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path or str(var / "shop.sqlite3"),
            # Web server and worker share the file: readers never wait for the writer, writers queue up.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;",
            },
        }
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must begin with postgresql:// or sqlite:///, not {parts.scheme}://")
    query: dict[str, Any] = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host = query.pop("host", "")
    if most := query.pop("pool", ""):
        query["pool"] = {"min_size": 1, "max_size": int(most)}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or host,
        "PORT": parts.port or "",
        "OPTIONS": query,
    }
