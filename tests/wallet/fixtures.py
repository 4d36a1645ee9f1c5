"""A shop that issues orders for a wallet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .apns import Apns
from .ca import BACKEND, Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def wallet(authority: Authority, settings: Any) -> dict[str, Any]:
    """Configure the channel, and return its options: change them before the first use."""
    options = authority.options()
    given = settings.ORDER_STATUS
    channels = {**given["CHANNELS"], "wallet": {"BACKEND": BACKEND, "OPTIONS": options}}
    settings.ORDER_STATUS = {**given, "CHANNELS": channels, "BASE_URL": "https://shop.example"}
    return options


@pytest.fixture
def apns(authority: Authority) -> Iterator[Apns]:
    files = {
        "ca": str(authority.folder / "root.pem"),
        "certificate": authority.write("apple.pem", authority.apple.pem()),
        "key": authority.write("apple.key", authority.apple.key_pem()),
    }
    with Apns(authority, files) as service:
        yield service
