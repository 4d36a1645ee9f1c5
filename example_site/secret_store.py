"""Secrets of the demo: from the environment, or made up once and kept in ``var``."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def made_up() -> str:
    """Return a new secret."""
    return secrets.token_urlsafe(32)


def standard() -> str:
    """Return a new secret as the Standard Webhooks specification wants them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def kept(var: Path, name: str, make: Callable[[], str] = made_up) -> str:
    """Return the secret that ``var/secrets.json`` keeps under this name; make it up when it is new."""
    path = var / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if name not in known:
        known[name] = make()
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(known, indent=2))
        draft.replace(path)
    return known[name]


def secret_env(alias: str) -> str:
    """Return the name of the environment variable that sets a source's secret."""
    return "ORDER_STATUS_SECRETS_" + alias.upper().replace("-", "_")


def source_secrets(var: Path, alias: str, make: Callable[[], str] = made_up) -> list[str]:
    """Return the secrets of a source, newest first: a comma stands between two in the environment."""
    return given_secrets(alias) or [kept(var, alias, make)]


def given_secrets(alias: str) -> list[str]:
    """Return the secrets of a source that the environment sets, newest first."""
    return _given(secret_env(alias))


def link_keys() -> list[str]:
    """Return the secrets that sign links, newest first; none leaves that to ``SECRET_KEY``."""
    return _given("ORDER_STATUS_KEYS")


def _given(name: str) -> list[str]:
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]
