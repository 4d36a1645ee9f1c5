"""What large tables are migrated with, while the shop runs."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import NotSupportedError, connection, models
from django.db.migrations.state import ProjectState
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from order_status_plugin.migrations._online import AddIndexOnline, in_batches
from order_status_plugin.worker.models import Pulse

LABEL = "order_status_plugin"


def states(operation: AddIndexOnline) -> tuple[ProjectState, ProjectState]:
    """Return what is before this operation, and what is after it."""
    before = ProjectState.from_apps(apps)
    after = before.clone()
    operation.state_forwards(LABEL, after)
    return before, after


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return {*connection.introspection.get_constraints(cursor, Pulse._meta.db_table)}


@pytest.mark.django_db(transaction=True)
def test_an_index_is_added_online_and_taken_away() -> None:
    operation = AddIndexOnline("pulse", models.Index(fields=["beat_at"], name="osp_test_online"))
    before, after = states(operation)
    for _attempt in range(2 if connection.vendor == "postgresql" else 1):  # the first one's may be what was left behind
        with CaptureQueriesContext(connection) as said, connection.schema_editor(atomic=False) as editor:
            operation.database_forwards(LABEL, editor, before, after)
        assert "osp_test_online" in indexes()
        sql = "".join(each["sql"] for each in said)
        assert ("CREATE INDEX CONCURRENTLY" in sql) == (connection.vendor == "postgresql")
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards(LABEL, editor, after, before)
    assert "osp_test_online" not in indexes()


@pytest.mark.postgresql
@pytest.mark.django_db
def test_an_index_is_never_added_online_within_a_transaction() -> None:
    operation = AddIndexOnline("pulse", models.Index(fields=["beat_at"], name="osp_test_online"))
    with connection.schema_editor() as editor, pytest.raises(NotSupportedError, match="atomic = False"):
        operation.database_forwards(LABEL, editor, *states(operation))


@pytest.mark.django_db(transaction=True)
def test_rows_are_done_in_batches_and_what_is_done_stays_when_one_fails() -> None:
    Pulse.objects.bulk_create(Pulse(name=f"n{n}") for n in range(5))
    said: list[str] = []
    todo = Pulse.objects.filter(beat_at=None)
    seen: list[int] = []

    def do(rows: QuerySet[Pulse]) -> None:
        seen.append(len(rows))
        rows.update(beat_at="2026-01-01T00:00Z")
        if len(seen) == 2:
            raise RuntimeError("the machine went")

    with pytest.raises(RuntimeError, match="went"):
        in_batches(todo, do, size=2, say=said.append)
    assert todo.count() == 3
    in_batches(todo, do, size=2, say=said.append)
    assert (todo.count(), seen) == (0, [2, 2, 2, 1])
    assert [words.strip() for words in said] == [
        f"{LABEL}.Pulse: {part} rows" for part in ("2 of 5", "2 of 3", "3 of 3")
    ]
