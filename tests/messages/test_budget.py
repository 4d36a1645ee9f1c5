"""Whatever makes us send text messages: no more leave than the shop is ready to pay for."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from order_status_plugin.channels.console import ConsoleSms
from order_status_plugin.events import ContactSnapshot
from order_status_plugin.messages import budget
from order_status_plugin.messages.budget import SentCount
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.withheld import Later

from .shop import place

NOW = dt.datetime(2026, 11, 29, 22, 40, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def channel(**limits: int) -> ConsoleSms:
    return ConsoleSms("sms", {"budget": limits})


def spend(one: ConsoleSms, now: dt.datetime, times: int = 1) -> int:
    """Return how many of so many passed."""
    passed = 0
    for _ in range(times):
        try:
            budget.spend(one, now)
        except Later:
            continue
        passed += 1
    return passed


@pytest.mark.django_db
def test_the_hour_and_the_day() -> None:
    one = channel(hour=3, day=5)
    assert spend(one, NOW, 10) == 3
    assert spend(one, NOW + 19 * MINUTE, 10) == 0
    assert spend(one, NOW + 20 * MINUTE, 10) == 2  # 23:00, and the day is spent
    assert spend(one, NOW + 80 * MINUTE, 10) == 3  # tomorrow
    assert budget.sent(one, NOW) == {"hour": 3, "day": 5}


@pytest.mark.django_db
def test_when_to_ask_again() -> None:
    one = channel(hour=1, day=1)
    budget.spend(one, NOW)
    with pytest.raises(Later) as why:
        budget.spend(one, NOW)
    assert why.value.until == dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    with pytest.raises(Later) as why:
        budget.spend(channel(hour=1), NOW)
    assert why.value.until == dt.datetime(2026, 11, 29, 23, tzinfo=dt.UTC)
    assert str(why.value)


@pytest.mark.django_db
def test_what_is_refused_by_one_takes_nothing_of_the_other() -> None:
    one = channel(hour=1, day=9)
    spend(one, NOW, 50)
    assert budget.sent(one, NOW) == {"hour": 1, "day": 1}


@pytest.mark.django_db
def test_channels_have_budgets_of_their_own(django_assert_num_queries: Any) -> None:
    spend(channel(hour=1), NOW)
    assert spend(ConsoleSms("other", {"budget": {"hour": 1}}), NOW) == 1
    with django_assert_num_queries(0):
        assert spend(channel(), NOW, 3) == 3
    assert spend(channel(hour=0), NOW) == 0


@pytest.mark.django_db
def test_old_counts_go() -> None:
    for days in range(0, 20, 5):
        spend(channel(hour=5, day=5), NOW + dt.timedelta(days=days))
    assert SentCount.objects.count() == 4


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_relays_at_once_send_no_more() -> None:
    passed: list[int] = []

    def run() -> None:
        try:
            passed.append(spend(channel(hour=30, day=30), NOW, 20))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 30


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    options = {"folder": tmp_path, "budget": {"day": 2}, "countries": ["PT"]}
    channels = {"sms": {"BACKEND": "order_status_plugin.channels.console.ConsoleSms", "OPTIONS": options}}
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "CHANNELS": channels}):
        yield tmp_path


@pytest.mark.django_db
def test_the_relay_keeps_what_does_not_fit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = timezone.now().replace(hour=12, minute=0)  # nobody sleeps
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    for number in range(4):
        contact = ContactSnapshot(name="Noor", phone=f"+35191234567{number}")
        place(ref=str(number), contact=contact)
    assert drain() == 2
    assert len(list(folder.iterdir())) == 2
    kept = OutboxMessage.objects.filter(state=OutboxMessage.State.PENDING)
    assert [(row.reason, row.attempts) for row in kept] == [(budget.SPENT, 0)] * 2
    tomorrow = (noon.astimezone(dt.UTC) + dt.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert {row.due_at for row in kept} == {tomorrow}
