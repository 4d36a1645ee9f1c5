"""No migration takes away what the release before it needs; and the rules see each kind that would."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from order_status_plugin.migrations._online import AddIndexOnline

from .rules import problems

LABEL = "order_status_plugin"
INDEX = models.Index(fields=["key"], name="i")
#: Migrations that break a rule on purpose, with why the release before lives with it all the same.
ALLOWED: dict[str, str] = {}


def test_every_migration_since_the_first_lets_the_release_before_live() -> None:
    graph = MigrationLoader(None).graph
    for label in (LABEL, "order_status_plugin_pages"):
        plan = [node for leaf in graph.leaf_nodes(label) for node in graph.forwards_plan(leaf) if node[0] == label]
        for node in plan[1:]:
            before = graph.make_state(nodes=[node], at_end=False)
            said = problems(label, graph.nodes[node], before)
            assert node[1] in ALLOWED or said == []


def state() -> ProjectState:
    found = ProjectState()
    made = migrations.CreateModel(
        "Order",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("word", models.CharField(max_length=20, null=True)),
            ("key", models.CharField(max_length=20)),
            ("who", models.ForeignKey("self", models.CASCADE, db_constraint=False)),
        ],
    )
    made.state_forwards(LABEL, found)
    return found


def said(*operations: Operation, atomic: bool = True) -> str:
    migration = migrations.Migration("0002_next", LABEL)
    migration.atomic = atomic
    migration.operations = list(operations)
    return "\n".join(problems(LABEL, migration, state()))


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (migrations.RemoveField("order", "word"), "drop the column one release later"),
        (migrations.DeleteModel("Order"), "drop the table one release later"),
        (migrations.RenameField("order", "word", "text"), "write both"),
        (migrations.RenameModel("Order", "Purchase"), "db_table"),
        (migrations.AlterModelTable("order", "orders"), "old table"),
        (migrations.AddField("order", "n", models.IntegerField(default=0)), "db_default or null"),
        (migrations.AlterField("order", "word", models.CharField(max_length=20)), "NULL"),
        (migrations.AlterField("order", "key", models.CharField(max_length=20, unique=True)), "twice"),
        (migrations.AlterField("order", "key", models.CharField(max_length=10)), "longer texts"),
        (migrations.AlterField("order", "key", models.IntegerField()), "another type"),
        (migrations.AlterField("order", "key", models.CharField(max_length=20, db_column="k")), "another column"),
        (migrations.AlterField("order", "who", models.ForeignKey("self", models.CASCADE)), "not there"),
        (migrations.AddConstraint("order", models.UniqueConstraint(fields=["key"], name="u")), "refuses"),
        (migrations.RunSQL("DROP TABLE x"), "nobody can tell"),
        (migrations.AddIndex("order", INDEX), "AddIndexOnline"),
        (AddIndexOnline("order", INDEX), "atomic = False"),
        (migrations.AddField("order", "n", models.IntegerField(null=True, db_index=True)), "AddIndexOnline"),
        (migrations.AlterField("order", "key", models.CharField(max_length=20, db_index=True)), "AddIndexOnline"),
        (migrations.RunPython(migrations.RunPython.noop), "in_batches"),
    ],
)
def test_what_the_release_before_could_not_live_with_is_named(operation: Operation, words: str) -> None:
    assert words in said(operation)


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("order", "n", models.IntegerField(null=True))],
        [migrations.AddField("order", "n", models.IntegerField(default=0, db_default=0))],
        [migrations.AddField("order", "others", models.ManyToManyField("self"))],
        [migrations.AlterField("order", "key", models.CharField(max_length=40, null=True))],
        [
            migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("note", "n", models.IntegerField(default=0)),
            migrations.AddConstraint("note", models.UniqueConstraint(fields=["n"], name="u")),
            migrations.AddIndex("note", models.Index(fields=["n"], name="i")),
        ],
    ],
    ids=lambda operations: operations[-1].describe(),
)
def test_what_it_does_not_notice_passes(operations: list[Any]) -> None:
    assert said(*operations) == ""


def test_beside_a_running_shop_a_migration_without_a_transaction_may_do_more() -> None:
    assert said(AddIndexOnline("order", INDEX), migrations.RunPython(migrations.RunPython.noop), atomic=False) == ""
    whole = migrations.RunPython(migrations.RunPython.noop, atomic=True)
    assert "in_batches" in said(whole, atomic=False)
