from __future__ import annotations

from typing import Any

import pytest

from .caller import HOSTS, Caller


@pytest.fixture
def shop(settings: Any, db: None) -> Caller:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": HOSTS}
    return Caller()
