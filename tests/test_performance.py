"""The report of the benchmark has a place for every row, and its figures are those that were measured."""

from __future__ import annotations

import ast
import re
from itertools import product
from typing import Any

import pytest

from tools import performance, sizing

BENCH = performance.CHECKOUT / "bench"
TEXT = performance.PAGE.read_text()
#: With what the names of rows begin: DESIGN's list, and what was added by each part.
WORDS = {
    "public page", "private page", "oscar page", "stream", "webhook", "weight", "growth", "messages", "hosts", "access",
    "content", "map", "bare Django view",
}  # fmt: skip
#: What stands in a name for a value that is put in.
VALUE = "…"
MAKERS = {"absolute", "speed", "share", "rate", "_row", "Row"}


def names_of(source: str) -> set[str]:
    """Return the names of the rows that a file of the benchmark makes."""
    tree = ast.parse(source)
    before = {
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["name"]
        for text in texts_of(node.value, set())
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS]
    given = [[*node.args[:1], *(word.value for word in node.keywords if word.arg == "name")] for node in calls]
    return {text for arguments in given for each in arguments for text in texts_of(each, before)} - {VALUE}


def texts_of(node: ast.expr, before: set[str]) -> set[str]:
    """Return what an expression may be; ``before`` is what the variable ``name`` may."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.JoinedStr):
        parts = [texts_of(part, before) for part in node.values]
        return {"".join(each) for each in product(*parts)}
    if isinstance(node, ast.FormattedValue):
        return texts_of(node.value, before)
    return before if before and getattr(node, "id", "") == "name" else {VALUE}


MADE = {name for path in BENCH.glob("*.py") if path.name != "cluster.py" for name in names_of(path.read_text())}


def row(name: str, value: float = 1.5, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": "ms",
        "baseline": None,
        "ratio": None,
        "target": None,
        "ok": None,
        **more,
    }


def rows() -> list[dict[str, Any]]:
    return [
        row("public page warm", 500, baseline=340, ratio=0.68, target="ratio >= 0.55", ok=True),
        row("private page warm", 1100, ok=False),
        row("messages, relay", 9.0),
        row("growth, 1,000,000 orders: webhook accepted", 1.0),
        row("growth, 1,000,000 orders: webhook applied", 14.0),
        row("growth, 1,000,000 orders: on disk", 12_000),
    ]


CLUSTER = {
    "rows": [
        row("webhooks taken in", 50),
        row("mails sent", 5),
        row("CPU: web server", 66),
        row("CPU: worker cluster", 34),
        row("CPU: postgresql", 26),
        row("idle CPU: web server", 6),
        row("idle CPU: worker cluster", 30),
        row("idle CPU: postgresql", 10),
    ]
}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_each_kind_of_row_has_one_place(word: str) -> None:
    (found,) = [rows for rows in performance.sorted_into(TEXT, [row(f"{word} warm")]) if rows]
    assert len(found) == 1


def test_a_row_without_a_place_is_refused() -> None:
    with pytest.raises(performance.Homeless, match="unheard"):
        performance.sorted_into(TEXT, [row("unheard of")])


def test_each_name_that_the_benchmark_can_give_has_a_place() -> None:
    """As far as a name stands in the code: what is made of parts begins with a word that stands there, too."""
    assert len(MADE) > 40
    performance.sorted_into(TEXT, [row(name.partition(VALUE)[0]) for name in MADE])


def test_each_table_has_words_before_it() -> None:
    """A figure without what limits it says little."""
    for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        title, _newline, body = part.partition("\n")
        words = body.partition("<!--")[0].split()
        assert len(words) > 10, title


def test_pages_are_filled_and_filling_again_changes_nothing() -> None:
    for page in (performance.PAGE, performance.DEPLOY):
        once = performance.fill(page.read_text(), rows(), CLUSTER, "a machine.")
        assert performance.fill(once, rows(), CLUSTER, "a machine.") == once
        assert once.count("<!-- end -->") == page.read_text().count("<!-- end -->")
    filled = performance.fill(TEXT, rows(), CLUSTER, "a machine.")
    assert "| public page warm | 500 | ms | 340 | 0.68 | ratio ≥ 0.55 | yes |" in filled
    assert "| private page warm | 1,100 | ms |  |  |  | **no** |" in filled
    assert "<!-- machine -->\na machine.\n<!-- end -->" in filled
    deployed = performance.fill(performance.DEPLOY.read_text(), rows(), CLUSTER)
    assert "| 1,000,000 | " in deployed
    assert "The cluster took in 50 webhooks a second" in deployed
    assert "a shop of 86,400 orders a day, 9 tenths of the row of 100,000" in deployed


def test_what_was_not_measured_stays_as_it_is() -> None:
    assert performance.fill(TEXT, None, None) == TEXT
    only = performance.fill(TEXT, rows()[:1], None)
    assert "| public page warm |" in only
    assert performance.fill(only, [row("weight of the page")], None).count("| public page warm |") == 1


def test_sizes_grow_with_the_orders_and_say_what_a_person_can_check() -> None:
    costs = sizing.Costs.of(rows(), CLUSTER)
    # Busy: 0.6 and 0.04 of ours, 0.16 of the database. Its quarter is in the 15 ms of a webhook, and no web process's.
    assert costs.database == pytest.approx(0.25)
    assert costs.webhook == pytest.approx(0.012)
    assert costs.idle == pytest.approx((0.02, 0.15, 0.1))
    small, large = (sizing.size(orders, costs) for orders in (1_000, 1_000_000))
    assert (small.web_processes, small.clusters, small.stream_processes) == (2, 1, 1)
    # 1,000,000 orders: 57.9 a second in the busiest minute, each 12 looks of 0.8 ms and 10 webhooks of 12 ms.
    busy = 57.87 * (12 * 0.0008 + 10 * 0.012), 57.87 * 5 * 0.009
    assert large.web == pytest.approx(busy[0] + large.web_processes * 0.02, rel=0.001)
    assert large.worker == pytest.approx(busy[1] + large.clusters * 0.15, rel=0.001)
    assert large.database == pytest.approx(sum(busy) / 4 + 0.1, rel=0.001)
    assert large.streams == pytest.approx(57.87 * 12 * 120, rel=0.001)
    assert large.disk == pytest.approx(365 * 12, rel=0.001)
    assert small.connections == 2 * (8 + 1) + (2 + 2 + 3) + 2
    with pytest.raises(sizing.Unmeasured, match="webhook applied"):
        sizing.Costs.of(rows()[:4], None)


def test_a_cluster_that_costs_what_was_reckoned_is_said_to() -> None:
    costs = sizing.Costs.of(rows(), CLUSTER)
    # 50 webhooks of 12 ms, 5 mails of 9 ms, three idle web processes and two idle clusters; it used 1.0.
    assert "Reckoned for that are 1 cores of web and worker, 0.36 of them while nothing comes in" in (
        said := sizing.check(costs, CLUSTER)
    )
    assert "it used 1, 1 times as much" in said
    source = (performance.CHECKOUT / "example_site" / "cluster.py").read_text()
    assert f"\nWEB, WORKERS = {sizing.WEB}, {sizing.CLUSTERS}\n" in source
    assert f"\nEACH = {sizing.WORKERS}\n" in source


def test_idle_work_that_was_not_measured_is_said_to_be_missing() -> None:
    older = {"rows": [row for row in CLUSTER["rows"] if not row["name"].startswith("idle")]}
    costs = sizing.Costs.of(rows(), older)
    assert costs.idle is None
    assert "without what it uses while nothing comes in" in sizing.check(costs, older)


def test_the_rows_that_are_shown_are_ones_that_the_benchmark_can_give() -> None:
    """Whoever renames a row measures and fills again."""
    made = re.compile("|".join(re.escape(name).replace(VALUE, ".+") for name in MADE))
    for n, block in enumerate(found for found in performance.BLOCK.finditer(TEXT) if found[2] == "rows"):
        for name in re.findall(r"^\| ([a-zA-Z][^|]*?) \|", block[0], re.MULTILINE):
            assert made.fullmatch(name), name
            assert performance.sorted_into(TEXT, [row(name)])[n], f"{name} stands in the wrong table"
