"""What a migration of a large table needs to run while the shop does. Such a migration says ``atomic = False``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.db import NotSupportedError, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex
from django.db.migrations.state import ProjectState


class AddIndexOnline(AddIndex):
    """Add an index while others write: concurrently on PostgreSQL, as ``AddIndex`` does elsewhere."""

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make it, and first drop what an interrupted attempt left behind. Raises NotSupportedError in a transaction."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif (model := self._migrated(app_label, schema_editor, to_state)) is not None:
            name = schema_editor.quote_name(self.index.name)
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            schema_editor.add_index(model, self.index, concurrently=True)  # type: ignore[call-arg]

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop it. Raises NotSupportedError in a transaction."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        elif (model := self._migrated(app_label, schema_editor, from_state)) is not None:
            schema_editor.remove_index(model, self.index, concurrently=True)  # type: ignore[call-arg]

    def _migrated(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState
    ) -> type[models.Model] | None:
        if schema_editor.connection.in_atomic_block:
            raise NotSupportedError("AddIndexOnline needs a migration that says atomic = False.")
        model: type[models.Model] = state.apps.get_model(app_label, self.model_name)
        return model if self.allow_migrate_model(schema_editor.connection.alias, model) else None


def in_batches(
    rows: models.QuerySet[Any, Any],
    do: Callable[[models.QuerySet[Any, Any]], object],
    *,
    size: int = 1000,
    say: Callable[[str], object] = sys.stdout.write,
) -> None:
    """Call ``do`` with so many of these rows at a time, each time in a transaction of its own, and say how far it is.

    ``rows`` are those that are still to be done: then one that was interrupted goes on where it was.
    """
    total, done, last = rows.count(), 0, None
    while True:
        later = rows if last is None else rows.filter(pk__gt=last)
        keys = list(later.order_by("pk").values_list("pk", flat=True)[:size])
        if not keys:
            return
        with transaction.atomic(using=rows.db):
            do(rows.filter(pk__in=keys))
        done, last = done + len(keys), keys[-1]
        say(f"\n    {rows.model._meta.label}: {done:,} of {max(total, done):,} rows")
