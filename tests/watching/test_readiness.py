"""The doctor's screen: each fact that somebody would look for first."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from order_status_plugin import __version__
from order_status_plugin.channels.email import EmailChannel
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import ChannelState
from order_status_plugin.watching import fact, installation, running
from order_status_plugin.worker import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _awake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "is_silent", lambda: False)


def screen() -> str:
    said = StringIO()
    try:
        call_command("order_status_doctor", stdout=said)
    except CommandError as error:
        return f"{said.getvalue()}failed: {error}"
    return said.getvalue()


def message(key: str, alias: str, state: str, minutes: int) -> None:
    moment = timezone.now() - dt.timedelta(minutes=minutes)
    InboxMessage.objects.create(
        alias=alias, key=key, digest="d", body=b"", state=state, received_at=moment, due_at=moment
    )


def test_it_names_what_is_installed_and_how_it_goes() -> None:
    message("1", "aftership", "failed", 200)
    message("2", "aftership", "received", 5)
    said = screen()
    assert said.endswith("Ready.\n")
    for wanted in (
        f"versions: order-status-plugin {__version__}, Python 3.",
        "Django ",
        "database: SQLite 3." if connection.vendor == "sqlite" else "database: PostgreSQL ",
        "CONN_MAX_AGE 0",
        "migrations: all applied",
        "tasks: django-q2 by the database (default)",
        "live: DatabaseBroker",
        "hosts: shop",
        "worker: last sign of life never",
        "inbox: 1 to handle, the oldest for 5 min; 0 wait for their parcel, 1 cannot be handled",
        "outbox: 0 to send; 0 given up",
        "news: aftership 5 min ago, manual never",
    ):
        assert wanted in said, said


def test_a_migration_that_was_not_applied_is_named() -> None:
    MigrationRecorder.Migration.objects.filter(app="order_status_plugin").delete()
    assert "NO  migrations: not applied: order_status_plugin.0001_initial; run migrate" in screen()


@pytest.mark.parametrize(("days", "is_well"), [(31, True), (29, False), (-1, False)])
def test_a_certificate_that_ends_soon_wants_looking_at(
    monkeypatch: pytest.MonkeyPatch, days: int, is_well: bool
) -> None:
    end = timezone.now() + dt.timedelta(days=days, hours=1)
    monkeypatch.setattr(EmailChannel, "expiries", lambda self: {"certificate": end})
    mark = "ok " if is_well else "NO "
    assert f"{mark} email certificate: ends on {end:%Y-%m-%d}, in {days} days" in screen()


def test_a_channel_that_is_left_in_peace_is_named() -> None:
    until = timezone.now() + dt.timedelta(minutes=10)
    ChannelState.objects.create(alias="email", failures=6, open_until=until, last_error="421 come back")
    assert "NO  email: left in peace after 6 failures: 421 come back" in screen()


def test_a_database_that_does_not_answer_is_one_fact_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(running, "health", fail)
    monkeypatch.setattr(installation, "_migrations", fail)
    said = screen()
    assert "NO  database: default does not answer (OperationalError)" in said
    assert "NO  database: does not answer, or is not migrated: gone" in said
    assert "failed: 2 of" in said


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"CONN_MAX_AGE": 0}, "fine under ASGI"),
        ({"CONN_MAX_AGE": None}, "kept for ever"),
        ({"CONN_MAX_AGE": 60}, "kept 60 s"),
        ({"CONN_MAX_AGE": 0, "OPTIONS": {"pool": True}}, "from a pool"),
    ],
)
def test_it_says_for_which_server_connections_are_set(options: dict[str, Any], says: str) -> None:
    assert says in installation._keeping(options)


def test_times_are_told_in_the_largest_unit_that_fits_twice() -> None:
    assert [fact.lasting(seconds) for seconds in (0, 119, 120, 7199, 7200, 172_800)] == [
        "0 s", "119 s", "2 min", "119 min", "2 h", "2 d",
    ]  # fmt: skip
