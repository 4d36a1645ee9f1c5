from __future__ import annotations

from typing import Any

import pytest

from order_status_plugin.messages import outbox
from order_status_plugin.tracking import record

from .provider import Answers, KnowsKeys, by


@pytest.fixture(autouse=True)
def _told() -> None:
    record.observe("outbox", outbox.write_all)


@pytest.fixture
def provider() -> Any:
    Answers.answers, Answers.seen = [], []
    with by(Answers):
        yield Answers


@pytest.fixture
def knowing(provider: Any) -> Any:
    with by(KnowsKeys):
        yield provider
