"""What a migration may do in one release, so that the release before it runs on the new schema while it is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from order_status_plugin.migrations._online import AddIndexOnline

#: The old code reads or writes what these take away, or calls it by its old name.
GONE = {
    migrations.RemoveField: "remove the field from the code first; drop the column one release later",
    migrations.DeleteModel: "remove the model from the code first; drop the table one release later",
    migrations.RenameField: "add a field, write both, and remove the old one in later releases",
    migrations.RenameModel: "set db_table instead",
    migrations.AlterModelTable: "the old code asks for the old table",
    migrations.AlterUniqueTogether: "the old code may write what the new constraint refuses; use a constraint, a release later",
}


def problems(label: str, migration: migrations.Migration, before: ProjectState) -> list[str]:
    """Return what of a migration the release before it could not live with; ``before`` is the state that it finds."""
    found, state = [], before.clone()
    made: set[str] = set()
    for operation in migration.operations:
        said = [*_said(label, operation, state, made), *_locking(migration, operation, made)]
        found += [f"{migration.name}: {words}" for words in said]
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        operation.state_forwards(label, state)
    return found


def _table(operation: Operation) -> str:
    return str(getattr(operation, "model_name_lower", getattr(operation, "name_lower", "")))


def _locking(migration: migrations.Migration, operation: Operation, made: set[str]) -> Iterator[str]:
    """Yield what would hold up the release before for as long as a large table takes."""
    if isinstance(operation, migrations.RunPython) and (migration.atomic or operation.atomic):
        yield (
            f"{operation.describe()}: one transaction over a large table; say atomic = False in the migration,"
            " and do it by _online.in_batches"
        )
    if _table(operation) in made:
        return
    is_online = isinstance(operation, AddIndexOnline)
    if isinstance(operation, migrations.AddIndex) and not is_online:
        yield f"{operation.describe()}: nobody writes while it is built; use _online.AddIndexOnline"
    if is_online and migration.atomic:
        yield f"{operation.describe()}: say atomic = False in the migration"
    field: Any = getattr(operation, "field", None)
    if isinstance(operation, migrations.AddField) and (field.db_index or field.unique) and not field.many_to_many:
        yield f"{operation.describe()}: nobody writes while its index is built; db_index=False, and _online.AddIndexOnline"


def _said(label: str, operation: Operation, state: ProjectState, made: set[str]) -> Iterator[str]:
    name = _table(operation)
    if name in made:
        return  # the release before knows nothing of a table that is new
    for kind, words in GONE.items():
        if isinstance(operation, kind):
            yield f"{operation.describe()}: {words}"
    if isinstance(operation, migrations.AddField) and not _may_be_left_out(operation.field):
        yield f"{operation.describe()}: the old code leaves it out when it inserts; give it db_default or null=True"
    if isinstance(operation, migrations.AlterField):
        old: Any = state.models[label, name].get_field(operation.name)
        yield from (f"{operation.describe()}: {words}" for words in _stricter(old, operation.field))
    if isinstance(operation, migrations.AddConstraint):
        yield f"{operation.describe()}: the old code may write what it refuses; add it one release after the code that keeps it"
    if isinstance(operation, migrations.RunSQL | migrations.SeparateDatabaseAndState):
        yield f"{operation.describe()}: nobody can tell what it does; name it in ALLOWED with its reason"


def _may_be_left_out(field: Any) -> bool:
    """Say whether an INSERT that does not name this column works."""
    if isinstance(field, models.ManyToManyField):
        return True
    return bool(field.null or field.db_default is not models.NOT_PROVIDED or isinstance(field, models.GeneratedField))


def _stricter(old: Any, new: Any) -> Iterator[str]:
    if old.null and not new.null:
        yield "the old code may still write NULL"
    if new.db_index and not old.db_index:
        yield "nobody writes while its index is built; use _online.AddIndexOnline"
    if new.unique and not old.unique:
        yield "the old code may still write a value twice"
    if old.get_internal_type() != new.get_internal_type():
        yield "another type: add a field, write both, and remove the old one in later releases"
    if (old.db_column or old.name) != (new.db_column or new.name):
        yield "another column"
    if new.max_length is not None and (old.max_length is None or new.max_length < old.max_length):
        yield "the old code may write longer texts"
    if getattr(new, "db_constraint", False) and not getattr(old, "db_constraint", False):
        yield "the old code may refer to rows that are not there"
