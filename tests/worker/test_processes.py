"""Real processes, really killed: nothing is lost, and somebody always works."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from .processes import Project, alive, beats, child_of, eventually, mails, processes, start_worker, states

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc to find what to kill")

PLACE = """
import django; django.setup()
from order_status_plugin.tracking import record
from tests.messages.shop import place
for number in range({count}): place(ref=str(number))
"""


def test_a_relay_killed_in_the_middle_of_a_batch_loses_nothing(project: Project) -> None:
    project.run("-c", PLACE.format(count=6))
    relay = project.start("-m", "django", "order_status_send", SLOW_MAIL="0.3")
    eventually(lambda: len(mails(project)) >= 2)
    os.kill(relay.pid, signal.SIGKILL)
    relay.wait()
    killed_after = len(set(mails(project)))
    assert 2 <= killed_after < 6
    # Each mail is recorded before the next one leaves: only of the last one nobody knows.
    recorded = states(project)["sent"]
    assert recorded in (killed_after - 1, killed_after)
    assert states(project)["pending"] == 6 - recorded
    # The lease protects what may still be under way; when it is over, the rows are taken up again.
    assert project.django("order_status_send").startswith("0 sent")
    project.query("update order_status_plugin_outboxmessage set leased_until = '2020-01-01 00:00:00'")
    assert project.django("order_status_send").startswith(f"{6 - recorded} sent")
    assert states(project) == {"sent": 6}
    # Each mail is there, under one name; the one that may have left left again as itself.
    assert len(list((project.folder / "mail").glob("*.eml"))) == 6
    assert len(mails(project)) == 6 + killed_after - recorded
    tries = dict(project.query("select outcome, count(*) from order_status_plugin_messageattempt group by outcome"))
    assert killed_after - recorded <= tries.pop("unknown", 0) <= 1
    assert tries == {"sent": 6}


def test_a_frozen_cluster_is_started_anew_and_goes_on_working(project: Project) -> None:
    """An idle worker that is killed takes the queue's lock with it (django-q2 #23): no task ever runs again."""
    supervisor, cluster = start_worker(project)
    sentinel = eventually(lambda: child_of(cluster, ""))
    time.sleep(1)  # idle: the worker waits for its next task
    family = {pid for pid, (parent, *_rest) in processes().items() if parent == sentinel}
    assert len(family) >= 3  # worker, monitor, pusher
    os.kill(min(family), signal.SIGKILL)  # the worker is the first that is started
    renewed = eventually(lambda: (found := child_of(supervisor, "qcluster")) != cluster and found)
    eventually(lambda: not alive(cluster), seconds=5)
    last = beats(project, supervisor)
    eventually(lambda: beats(project, supervisor) > last)
    assert renewed != cluster
    project.run("-c", PLACE.format(count=1))
    eventually(lambda: len(mails(project)) == 1)
    os.kill(supervisor, signal.SIGTERM)
    eventually(lambda: not alive(renewed), seconds=20)


def test_a_cluster_that_ends_is_started_anew_and_a_killed_supervisor_takes_it_along(project: Project) -> None:
    supervisor, cluster = start_worker(project)
    os.killpg(cluster, signal.SIGKILL)
    renewed = eventually(lambda: (found := child_of(supervisor, "qcluster")) not in (0, cluster) and found)
    eventually(lambda: len(alive(renewed)) > 2)
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: not alive(renewed), seconds=20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_leaves_nothing_running(project: Project, number: signal.Signals) -> None:
    supervisor, cluster = start_worker(project)
    started = time.monotonic()
    os.kill(supervisor, number)
    process = project.started[-1]
    assert process.wait(15) == 0
    assert alive(cluster) == []
    assert time.monotonic() - started < 12
