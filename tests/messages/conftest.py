from __future__ import annotations

import pytest

from order_status_plugin.messages import outbox
from order_status_plugin.tracking import record


@pytest.fixture(autouse=True)
def _told() -> None:
    record.observe("outbox", outbox.write)
