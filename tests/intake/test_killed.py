"""A process that is killed between storing and handling: the next worker run handles what it left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

PREPARE = """
import django, os, signal, sys
from django.conf import settings
django.setup()
from django.db import connection
from django.apps import apps
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
"""

RECEIVE = """
for model in ("InboxMessage", "Pulse"):
    with connection.schema_editor() as editor:
        editor.create_model(apps.get_model("order_status_plugin", model))
from django.test import Client, override_settings
from tests.intake.signed import URL, settings as ours, signed
from tests.intake.urls import script
script.then = lambda pk: os.kill(os.getpid(), signal.SIGKILL)
settings.ALLOWED_HOSTS = ["*"]
body = b'{"event_id": "e-1"}'
with override_settings(ROOT_URLCONF="tests.intake.urls", ORDER_STATUS=ours()):
    Client().post(URL, body, content_type="application/json", headers=signed(body))
print("still alive")
"""

DRAIN = """
def handle(pk):
    print("handled", bytes(InboxMessage.objects.get(pk=pk).body).decode())
    return ""
print(inbox.drain(handle), InboxMessage.objects.get().state)
"""


def run(script: str, database: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PREPARE + script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    database = tmp_path / "shop.sqlite3"
    killed = run(RECEIVE, database)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert "still alive" not in killed.stdout
    worker = run(DRAIN, database)
    assert worker.stdout.splitlines() == ['handled {"event_id": "e-1"}', "1 handled"], worker.stderr
