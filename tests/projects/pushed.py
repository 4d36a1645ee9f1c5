"""What the projects of shops have in common that tell by webhooks or calls: our own tests' project without its hosts."""

from __future__ import annotations

from typing import Any

from tests.settings import *  # noqa: F403
from tests.settings import ORDER_STATUS as BASE


class _Straight(dict[str, None]):
    """No app has migrations: the tables are made at once. That migrations make the same is another test's."""

    def __contains__(self, label: object) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None


MIGRATION_MODULES: Any = _Straight()


def with_host(alias: str, host: dict[str, Any]) -> dict[str, Any]:
    """Return ORDER_STATUS with this one shop."""
    return {**BASE, "HOSTS": {alias: host}, "BASE_URL": "https://shop.example"}
