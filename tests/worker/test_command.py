"""``order_status_worker``: what it starts, and how it asks."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone
from django_q.conf import Conf

from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.management.commands import order_status_worker as command
from order_status_plugin.messages import outbox
from order_status_plugin.tracking import record
from order_status_plugin.worker import pulse
from order_status_plugin.worker.models import Pulse
from tests.messages.shop import place

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made: list[Any] = []

    class Supervisor:
        def __init__(self, *given: Any) -> None:
            made.extend(given)

        def run(self) -> None:
            made.append("ran")

    monkeypatch.setattr(command, "Supervisor", Supervisor)
    return made


@pytest.mark.parametrize(
    ("script", "start"), [("/shop/manage.py", ["/shop/manage.py"]), ("/lib/django/__main__.py", ["-m", "django"])]
)
def test_it_runs_the_cluster_as_it_was_run_itself(
    script: str, start: list[str], supervised: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [script, "order_status_worker"])
    call_command("order_status_worker")
    assert supervised[0] == [sys.executable, *start, "qcluster"]
    assert supervised[-1] == "ran"


def test_containers_of_one_deployment_have_names_of_their_own(
    supervised: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = set()
    for pod in ("order-status-worker-7d9f8c6b5-abcde", "order-status-worker-7d9f8c6b5-fghij.shop.example"):
        monkeypatch.setattr(command.platform, "node", lambda pod=pod: pod)
        call_command("order_status_worker")
        names.add(supervised[3][pulse.WORKER])
        supervised.clear()
    assert len(names) == 2


@pytest.mark.parametrize(
    ("timeout", "silence", "patience", "grace"), [(60, 20, 180, 65), (None, 20, 300, 60), (None, 900, 900, 60)]
)
def test_it_is_as_patient_as_the_longest_task(
    timeout: int | None,
    silence: float,
    patience: float,
    grace: float,
    supervised: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Conf, "TIMEOUT", timeout)
    call_command("order_status_worker", "--silence", str(silence))
    assert (supervised[2].silence, supervised[2].patience, supervised[2].grace) == (silence, patience, grace)


def test_a_queue_of_its_own_may_have_longer_tasks(supervised: list[Any], settings: Any) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "ALT_CLUSTERS": {"reports": {"timeout": 300, "retry": 400}}}
    call_command("order_status_worker", "--cluster", "reports")
    assert (supervised[2].patience, supervised[2].grace) == (660, 305)


def test_its_heart_is_in_the_database_and_minds_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(command, "close_old_connections", lambda: None)
    monkeypatch.setattr(command, "wake", lambda name, func: asked.append(name))
    monkeypatch.setattr(pulse, "put", lambda name, func, *args, **more: asked.append(name))
    record.observe("outbox", outbox.write_all)
    heart = command.Heart("here.7")
    heart.ask()
    assert asked == ["pulse:here.7"]
    place()
    heart.ask()
    assert asked == ["pulse:here.7", "pulse:here.7", "outbox"]
    # A worker that is killed leaves what it held to the next drain: that must not wait for a schedule.
    now = timezone.now()
    message = InboxMessage.objects.create(
        alias="aftership", key="k", digest="d", body=b"{}", received_at=now, due_at=now, leased_until=now + inbox.LEASE
    )
    heart.ask()
    assert asked[3:] == ["pulse:here.7", "outbox"]
    InboxMessage.objects.filter(pk=message.pk).update(leased_until=now)
    heart.ask()
    assert asked[5:] == ["pulse:here.7", "inbox", "outbox"]
    pulse.beat()  # another's
    assert heart.silent_for() is None
    monkeypatch.setenv(pulse.WORKER, "here.7")
    pulse.beat()
    heart.forget()
    assert 0 <= (heart.silent_for() or -1) < 60


def test_who_was_killed_is_missed_no_more_even_if_the_database_was_away_when_another_began(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    killed, now = "pulse:here.4194305", timezone.now()  # no process has this number
    Pulse.objects.create(name=killed, woken_at=now, beat_at=now)
    monkeypatch.setattr(command, "close_old_connections", lambda: None)
    monkeypatch.setattr(pulse, "put", lambda name, func, *args, **more: None)
    heart = command.Heart(f"here.{os.getpid()}")

    def away() -> None:
        raise OperationalError("no route to host")

    with monkeypatch.context() as patch:
        patch.setattr(command, "disbelieve", away)
        with pytest.raises(OperationalError):
            heart.ask()
    heart.forget()
    assert Pulse.objects.filter(name=killed).exists()
    heart.ask()
    assert not Pulse.objects.filter(name=killed).exists()
    # One that is killed later stood beside it, and somebody has to hear of that.
    Pulse.objects.create(name=killed, woken_at=now, beat_at=now)
    heart.forget()
    heart.ask()
    assert Pulse.objects.filter(name=killed).exists()
