"""What is installed and set up: versions, databases, migrations, brokers, backends, certificates."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections, router
from django.db.migrations.executor import MigrationExecutor
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from .. import __version__
from ..backend import Backend
from ..backends import REGISTRIES
from ..conf import conf
from ..exceptions import BackendError
from ..tracking.models import Order
from .fact import Fact

#: What stands beside ours on the first line.
BESIDE = ("Django", "wagtail", "django-q2", "django-oscar", "django-salesman")
#: A certificate that ends sooner wants somebody to look.
SOON = dt.timedelta(days=30)
OURS = ("order_status_plugin", "order_status_plugin_pages")


def look() -> Iterator[Fact]:
    """Yield the facts, most basic first. Nothing raises."""
    yield Fact("versions", ", ".join(_versions()))
    yield from _checks()
    yield from _database()
    yield _workers()
    yield Fact("live", f"{conf.LIVE_BROKER.rpartition('.')[2]}, {conf.LIVE_MAX_STREAMS} streams a process at the most")
    yield from _backends()
    yield from _certificates()


def _versions() -> Iterator[str]:
    yield f"order-status-plugin {__version__}"
    yield f"Python {platform.python_version()}"
    for name in BESIDE:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue


def _checks() -> Iterator[Fact]:
    try:
        said = checks.run_checks(databases=list(connections))
    except DatabaseError:
        said = checks.run_checks()
    found = [message for message in said if str(message.id or "").startswith("order_status.")]
    wrong = [Fact(str(message.id), str(message.msg), is_well=False) for message in found if not message.is_silenced()]
    yield from wrong or [Fact("settings", "every check is content")]


def _database() -> Iterator[Fact]:
    alias = router.db_for_write(Order)
    connection: Any = connections[alias]
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA journal_mode")
                mode = cursor.fetchone()[0]
                kind = f"SQLite {connection.Database.sqlite_version}, journal {mode}"
            else:
                cursor.execute("SELECT version()")
                kind = " ".join(cursor.fetchone()[0].split()[:2]).rstrip(",")
        yield Fact("database", f"{kind}; {_keeping(connection.settings_dict)}")
        yield _migrations(connection)
    except DatabaseError as error:
        yield Fact("database", f"{alias} does not answer ({type(error).__name__})", is_well=False)


def _keeping(options: dict[str, Any]) -> str:
    """Say what becomes of connections, and which kind of server that suits."""
    if options.get("OPTIONS", {}).get("pool"):
        return "connections from a pool"
    age = options["CONN_MAX_AGE"]
    if age == 0:
        return "a new connection a request (CONN_MAX_AGE 0): fine under ASGI, slow under WSGI"
    kept = "for ever" if age is None else f"{age} s"
    return f"connections kept {kept} (CONN_MAX_AGE): for WSGI alone, ASGI leaks them"


def _migrations(connection: Any) -> Fact:
    executor = MigrationExecutor(connection)
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in OURS]
    missing = [f"{step.app_label}.{step.name}" for step, _back in executor.migration_plan(targets)]
    if missing:
        return Fact("migrations", f"not applied: {', '.join(missing)}; run migrate", is_well=False)
    return Fact("migrations", "all applied")


def _workers() -> Fact:
    given: dict[str, Any] = getattr(settings, "Q_CLUSTER", None) or {}
    if given.get("orm"):
        broker = f"the database ({given['orm']})"
    else:
        broker = next((name for name in ("redis", "sqs", "iron_mq", "mongo") if given.get(name)), "Redis on localhost")
    return Fact("tasks", f"django-q2 by {broker}, workers a cluster: {given.get('workers', 'one a core')}")


def _backends() -> Iterator[Fact]:
    for name in ("HOSTS", "SOURCES", "CHANNELS"):
        given = getattr(conf, name)
        yield Fact(name.lower(), ", ".join(given) or "none", is_well=bool(given))
    try:
        yield Fact("address", reverse("order_status:lookup"))
    except NoReverseMatch:
        yield Fact("address", "order_status_plugin.urls is not included", is_well=False)


def _certificates() -> Iterator[Fact]:
    now = timezone.now()
    for backend in _every():
        for name, end in backend.expiries().items():
            about, left = f"{backend.alias} {name}", end - now
            yield Fact(about, f"ends on {end:%Y-%m-%d}, in {left.days} days", is_well=left > SOON)


def _every() -> Iterator[Backend]:
    for registry in REGISTRIES:
        for alias in getattr(conf, registry.setting):
            try:
                yield registry[alias]
            except BackendError:
                continue  # a system check names it
