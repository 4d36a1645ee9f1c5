from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from order_status_plugin.messages import outbox
from order_status_plugin.tracking import record


@pytest.fixture(autouse=True)
def _told() -> None:
    record.observe("messages", outbox.write)


@pytest.fixture(autouse=True)
def _addresses() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.messages.urls"):
        yield
