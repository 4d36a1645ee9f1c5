"""What the projects of shops have in common that tell by webhooks or calls: our own tests' project without its hosts."""

from __future__ import annotations

from typing import Any

from tests.databases import TablesOfToday
from tests.settings import *  # noqa: F403
from tests.settings import ORDER_STATUS as BASE

MIGRATION_MODULES: Any = TablesOfToday()


def with_host(alias: str, host: dict[str, Any]) -> dict[str, Any]:
    """Return ORDER_STATUS with this one shop."""
    return {**BASE, "HOSTS": {alias: host}, "BASE_URL": "https://shop.example"}
