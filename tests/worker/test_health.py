"""``orders/health/`` and the pulse behind it."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import timezone
from django_q.models import Schedule

from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking import record
from order_status_plugin.worker import health, pulse, wake
from order_status_plugin.worker.models import Pulse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _schedules() -> None:
    Schedule.objects.update_or_create(
        name="order_status_outbox", defaults={"func": "order_status_plugin.flow.drain_outbox"}
    )


def ago(**more: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(**more)


def beat(seconds: float, name: str = "outbox", asked: float | None = None) -> None:
    woken = ago(seconds=asked) if asked is not None else None
    Pulse.objects.update_or_create(name=name, defaults={"beat_at": ago(seconds=seconds), "woken_at": woken})


def ask(of: str = "") -> tuple[int, dict[str, Any]]:
    answer = Client().get(f"/orders/health/{of}")
    assert answer.headers["Cache-Control"] == "no-store, private"
    return answer.status_code, answer.json()


def test_a_load_balancer_hears_of_this_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen worker must not take every web server out of rotation."""
    beat(3600)
    assert ask()[0] == 503
    assert ask("?web") == (200, {"ok": True, "reasons": []})

    def gone() -> None:
        raise OperationalError("no password for user shop")

    monkeypatch.setattr(health, "last_sign_of_life", gone)
    status, said = ask("?web")
    assert status == 503
    assert "shop" not in str(said)


def test_all_is_well() -> None:
    beat(5)
    status, said = ask()
    assert (status, said["ok"], said["reasons"]) == (200, True, [])
    assert 4 < said["worker_silent_for"] < 30
    assert (said["inbox_waits"], said["outbox_waits"]) == (None, None)


@pytest.mark.parametrize(
    ("name", "silent", "asked", "status"),
    [
        ("pulse", 29, 1, 200),  # supervised: half a minute
        ("pulse", 31, 1, 503),
        ("outbox", 120, None, 200),  # schedules alone: they come once a minute
        ("outbox", 200, None, 503),
        ("pulse", 200, 170, 503),  # the supervisor is gone as well
    ],
)
def test_a_silent_worker_is_reported(name: str, silent: float, asked: float | None, status: int) -> None:
    beat(silent, name, asked)
    assert ask()[0] == status


def test_one_of_two_that_is_silent_is_reported_until_its_supervisor_is_gone_as_well() -> None:
    beat(2, "pulse:one.7", 1)
    beat(29, "pulse:two.9", 1)
    assert ask()[0] == 200
    beat(31, "pulse:two.9", 1)
    assert ask()[0] == 503
    beat(100, "pulse:two.9", 70)
    assert ask()[0] == 503  # lost with its machine: long enough for an alert to hear of it
    beat(320, "pulse:two.9", 299)
    assert ask()[0] == 503
    beat(400, "pulse:two.9", 301)
    assert ask()[0] == 200
    Pulse.objects.create(name="pulse:three.1", woken_at=ago(seconds=1))  # it is only starting
    assert ask()[0] == 200


def test_one_that_was_killed_is_not_missed_once_another_runs_in_its_place() -> None:
    here, killed = f"here.{os.getpid()}", "here.4194305"  # no process has this number
    beat(2, f"pulse:{here}", 1)
    beat(100, f"pulse:{killed}", 99)
    beat(2, "pulse:there.4194305", 1)
    assert ask()[0] == 503
    pulse.succeed(here)
    assert ask()[0] == 200
    assert set(Pulse.objects.values_list("name", flat=True)) == {f"pulse:{here}", "pulse:there.4194305"}


def test_a_beat_that_is_still_to_come_is_none() -> None:
    beat(-3600, "pulse:one.7", 1)
    assert ask()[0] == 503


def test_a_worker_that_never_came_is_silent_and_without_work_nobody_is_missed() -> None:
    assert ask()[0] == 503
    Schedule.objects.all().delete()
    assert ask()[0] == 200


def test_what_waits_too_long_is_reported_without_a_word_about_whom() -> None:
    beat(1)
    order = record.first_sight("shop", "secret-reference")
    OutboxMessage.objects.create(
        key="k", order=order, milestone="confirmed", subject="order", channel="email", recipient_digest="d",
        happened_at=ago(hours=1), created_at=ago(hours=1), due_at=ago(minutes=5),
    )  # fmt: skip
    message = InboxMessage.objects.create(
        alias="aftership", key="k", digest="d", body=b"secret", received_at=ago(hours=1), due_at=ago(minutes=5)
    )
    assert ask()[0] == 200
    OutboxMessage.objects.update(due_at=ago(minutes=11))
    status, said = ask()
    assert (status, len(said["reasons"])) == (503, 1)
    InboxMessage.objects.filter(pk=message.pk).update(due_at=ago(minutes=11))
    status, said = ask()
    assert len(said["reasons"]) == 2
    assert "secret" not in str(said)
    assert said["outbox_waits"] > 600
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "MESSAGES": False}):
        assert len(ask()[1]["reasons"]) == 1  # switched off on purpose


def test_a_database_that_fails_is_said_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bool:
        raise OperationalError("password authentication failed for user secret")

    monkeypatch.setattr(health, "is_silent", fail)
    assert ask() == (503, {"ok": False, "reasons": ["The database does not answer."]})


def test_nothing_but_looking() -> None:
    assert Client().post("/orders/health/").status_code == 405
    assert Client().head("/orders/health/").status_code in (200, 503)


def test_the_beat_is_asked_for_once_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks: list[str] = []
    monkeypatch.setattr("order_status_plugin.worker.wake.async_task", lambda func, *_, **__: tasks.append(func))
    question = pulse.ask
    question()
    question()
    assert tasks == [pulse.BEAT]
    assert pulse.last_beat() is None
    pulse.beat()
    assert pulse.last_beat() is not None
    question()
    pulse.forget()  # that worker is no more
    question()
    assert tasks == [pulse.BEAT] * 3


def test_a_question_that_another_took_is_handed_on_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[tuple[Any, ...]] = []
    monkeypatch.setattr("order_status_plugin.worker.wake.async_task", lambda *_, **__: None)
    monkeypatch.setattr(pulse, "async_task", lambda *task, **_: handed.append(task))
    monkeypatch.setenv(pulse.WORKER, "one.7")
    pulse.ask("two.9")
    pulse.beat("two.9", 1)
    assert handed == [(pulse.BEAT, "two.9", 0)]
    assert pulse.last_beat("one.7") is not None
    assert pulse.last_beat("two.9") is None
    assert Pulse.objects.get(name="pulse:two.9").is_woken
    pulse.beat("two.9", 0)  # nobody had it
    assert len(handed) == 1
    assert not Pulse.objects.get(name="pulse:two.9").is_woken
    monkeypatch.setenv(pulse.WORKER, "two.9")
    pulse.beat("two.9")
    assert pulse.last_beat("two.9") is not None
    pulse.leave("two.9")
    assert list(Pulse.objects.values_list("name", flat=True)) == ["pulse:one.7"]


def test_a_broker_that_is_away_stops_nobody_and_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """Redis' own errors are no OSError; and a mark that nobody heard kept all others silent for twenty seconds."""

    class GoneError(Exception):
        pass

    tries: list[str] = []

    def fail(func: str, *_: Any, **__: Any) -> None:
        tries.append(func)
        raise GoneError

    monkeypatch.setattr("order_status_plugin.worker.wake.async_task", fail)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            wake.wake("inbox", "a.task")
    assert tries == ["a.task", "a.task"]
    assert not Pulse.objects.get(name="inbox").is_woken
    with pytest.raises(GoneError):  # the supervisor has to know: then it blames nobody
        pulse.ask("one.7")
