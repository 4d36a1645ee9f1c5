"""What every test stands on: which projects are collected, no network, English, an empty demo shop."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase, override_settings
from django.utils import translation
from hypothesis import HealthCheck, Phase, is_hypothesis_test
from hypothesis import settings as hypothesis

from . import migrated, network

HERE = Path(__file__).parent
CHECKOUT = HERE.parent

#: How much of the long-running material is tried: "moderate"; "light" in the matrix, which asks other questions;
#: "full" runs what grows with the volume, and only that: the rest has nothing to add to the moderate run.
VOLUME = os.environ.get("ORDER_STATUS_VOLUME", "moderate")

hypothesis.register_profile(
    "moderate", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
hypothesis.register_profile(
    "light", deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
hypothesis.register_profile(
    "full",
    deadline=None,
    max_examples=600,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    database=None,
)
hypothesis.load_profile(VOLUME)

# Away from the checkout (the matrix runs like that, against the wheel) there is no shop, manual or Makefile to test, and no browser.
_NEEDS_CHECKOUT = {
    "accessibility",
    "browser",
    "example_site",
    "test_architecture.py",
    "test_bench_cluster.py",
    "test_browser.py",
    "test_deploy_files.py",
    "test_docs.py",
    "test_empty_project.py",
    "test_locale.py",
    "test_manual.py",
    "test_packaging.py",
    "test_performance.py",
    "test_signals.py",
    "test_tutorial.py",
    "upgrade",
}


#: The matrix asks what another Python, Django or Wagtail changes: nothing in what draws, parses and simulates without
#: them, nothing in what makes up hundreds of requests, bodies and days, and nothing in what waits for minutes for
#: processes that it started.
_SAME_EVERYWHERE = {
    "carriers",
    "chaos",
    "maps",
    "places",
    "simulator",
    "test_bad_input.py",
    "test_clusters.py",
    "test_concurrency.py",
    "test_doctor.py",
    "test_generated_requests.py",
    "test_kills.py",
    "test_mutations.py",
    "test_nginx.py",
    "test_processes.py",
    "test_recipes.py",
    "test_retention.py",
    "test_run.py",
    "test_servers.py",
    "test_stopping.py",
    "test_supervisor.py",
}


def pytest_configure(config: pytest.Config) -> None:
    """Close the network before anything is imported by a test."""
    network.fence()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Collect a project's tests only under that project's settings, and only what this place can run."""
    try:
        parts = collection_path.relative_to(HERE).parts
    except ValueError:
        return None
    is_project = len(parts) > 1 and parts[0] == "projects"
    if is_project and os.environ["DJANGO_SETTINGS_MODULE"] != f"tests.projects.{parts[1]}.settings":
        return True
    if VOLUME == "light" and {*parts[:1], *parts[-1:]} & _SAME_EVERYWHERE:
        return True
    if parts and {parts[0], parts[-1]} & _NEEDS_CHECKOUT and not (CHECKOUT / "order_status_plugin").is_dir():
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, and count as deselected, what this database or this volume cannot show."""
    is_postgresql = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    without = {"sqlite" if is_postgresql else "postgresql"}
    if VOLUME != "full":
        without.add("full")
    left_out = [
        item
        for item in items
        if any(item.get_closest_marker(name) for name in without)
        or (VOLUME == "full" and not _grows(item, is_postgresql))
        or (is_postgresql and not _asks_the_database(item))
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def _grows(item: pytest.Item, is_postgresql: bool) -> bool:
    """Say whether the volume changes what this test tries: by hypothesis, by a fixture, or by its marker.

    A property is tried at length beside one database; both have seen it in the moderate run.
    """
    if item.get_closest_marker("full"):
        return True
    if is_hypothesis_test(getattr(item, "obj", None)):
        return not is_postgresql
    names = getattr(item, "fixturenames", ())
    return "volume" in names or ("volume_once" in names and not is_postgresql)


def _asks_the_database(item: pytest.Item) -> bool:
    """Say whether this test wants the run's database: what does not shows the same beside another one."""
    wanted = {"db", "transactional_db", "live_server"} & {*getattr(item, "fixturenames", ())}
    is_marked = any(item.get_closest_marker(name) for name in ("django_db", "postgresql"))
    return bool(wanted) or is_marked or issubclass(getattr(item, "cls", None) or object, TransactionTestCase)


@pytest.fixture
def volume() -> str:
    """Say how much is wanted: ``light``, ``moderate`` or ``full``."""
    return VOLUME


@pytest.fixture
def volume_once() -> str:
    """Say the same to what asks no database, of which the full volume beside one database is enough."""
    return VOLUME


@pytest.fixture
def unlogged() -> Iterator[None]:
    """Log nothing: pytest would keep every record, and with it every request, of a hundred thousand."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def is_postgresql() -> bool:
    """Say whether this run's database is PostgreSQL."""
    return connection.vendor == "postgresql"


#: What Django names the test database of SQLite, which lives as long as a connection to it.
IN_MEMORY = "file:memorydb_default?mode=memory&cache=shared"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Begin with what an earlier run has migrated, on SQLite."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(IN_MEMORY, uri=True)) as early:
            migrated.load(early)
            yield
    else:
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Keep what is migrated now for a later run."""
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            connection.ensure_connection()
            migrated.save(connection.connection)


@pytest.fixture(scope="session", autouse=True)
def _media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what a test uploads out of the checkout."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _empty_demo_shop() -> Iterator[None]:
    from order_status_plugin.hosts.demo import DemoHost

    DemoHost.orders.clear()
    yield
    DemoHost.orders.clear()


@pytest.fixture(autouse=True)
def _fresh_layouts() -> Iterator[None]:
    """What a test publishes is rolled back, and the epoch with it: no process sees that outside of tests."""
    from order_status_plugin.carriers import own
    from order_status_plugin.cms import look
    from order_status_plugin.cms.layout import layout_for
    from order_status_plugin.cms.messages import messages_for
    from order_status_plugin.cms.told import texts_for
    from order_status_plugin.messages.rules import rules_read
    from order_status_plugin.outgoing import telling

    own._known = own.NOTHING
    for kept in (layout_for, messages_for, rules_read, texts_for):
        kept.cache_clear()
    look.forget()
    telling.forget()
    yield
    for kept in (layout_for, messages_for, rules_read, texts_for):
        kept.cache_clear()
    look.forget()
    telling.forget()
