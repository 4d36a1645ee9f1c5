"""Told to stop, a worker finishes what it has in hand and begins nothing new."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from order_status_plugin.intake import inbox
from order_status_plugin.messages import relay
from order_status_plugin.outgoing import relay as webhooks
from order_status_plugin.polling import run as polls
from order_status_plugin.worker import stopping

from .processes import Project, alive, eventually, mails, start_worker, states
from .test_processes import PLACE


@pytest.fixture
def told() -> Iterator[None]:
    before = signal.getsignal(signal.SIGURG)
    try:
        stopping.listen()
        assert not stopping.is_stopping()
        os.kill(os.getpid(), signal.SIGURG)
        yield
    finally:
        signal.signal(signal.SIGURG, before)
        stopping._told[0] = False


def test_the_word_is_heard_and_ends_every_wait(told: None) -> None:
    assert stopping.is_stopping()
    assert stopping.is_over(time.monotonic() + 60)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("module", "name", "drain"),
    [
        (inbox, "turns", lambda: inbox.drain(lambda _pk: "")),
        (relay, "_take", relay.drain),
        (webhooks, "_claim", webhooks.drain),
    ],
)
def test_no_drain_begins_another_batch(
    module: Any, name: str, drain: Callable[[], int], told: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(module, name, lambda *_args, **_more: begun.append(name) or [])
    assert drain() == 0
    stopping._told[0] = False
    assert begun == []
    assert drain() == 0
    assert begun == [name]


@pytest.mark.django_db
def test_no_other_source_is_asked(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Turn:
        asked = 0

        def __init__(self, source: Any, *_more: Any) -> None:
            asked.append(source.alias)

        def run(self) -> bool:
            return True

    monkeypatch.setattr(polls, "Turn", Turn)
    monkeypatch.setattr(polls.follow, "askable", lambda: {"aftership": SimpleNamespace(alias="aftership")})

    def drain() -> polls.Drained:
        return polls.drain(ask=lambda *_: None, register=lambda *_: None)

    assert not drain().is_over
    assert asked == []
    stopping._told[0] = False
    assert drain().is_over
    assert asked == ["aftership"]


@pytest.mark.parametrize("seconds", [3, pytest.param(14, marks=pytest.mark.full)])
def test_a_mail_that_is_under_way_is_finished_and_no_other_begun(project: Project, seconds: int) -> None:
    """Killed in mid-call, it would have to be sent again, or be left in doubt."""
    supervisor, cluster = start_worker(project, SLOW_MAIL=str(seconds))
    project.run("-c", PLACE.format(count=3))
    eventually(lambda: mails(project))
    os.kill(supervisor, signal.SIGTERM)
    assert project.started[-1].wait(seconds + 10) == 0
    assert alive(cluster) == []
    sent = len(mails(project))
    assert 1 <= sent < 3
    assert states(project) == {"sent": sent, "pending": 3 - sent}
    tries = project.query("select outcome, count(*) from order_status_plugin_messageattempt group by outcome")
    assert tries == [("sent", sent)]
    # Whoever comes next need not wait for a lease to end.
    held = project.query("select count(*) from order_status_plugin_outboxmessage where leased_until is not null")
    assert held == [(0,)]
