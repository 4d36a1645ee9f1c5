"""The report of the benchmark has a place for every row, and its figures are those that were measured."""

from __future__ import annotations

import re
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
SOURCE = "\n".join(path.read_text() for path in BENCH.glob("*.py") if path.name != "cluster.py")
#: With what the names of its rows begin, up to where a value is put in.
MADE = [
    *re.findall(r'(?:absolute|speed|share|rate|Row)\(\s*(?:name=)?f?"([^"{][^"{]*)', SOURCE),
    *re.findall(r'\bname = f?"([^"{][^"{]*)', SOURCE),
]


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
        row("webhook accepted", 700),
        row("webhook applied", 600),
        row("messages, relay", 9.0),
        row("growth, 1,000,000 orders: on disk", 12_000),
    ]


CLUSTER = {
    "rows": [
        row("webhooks taken in", 50),
        row("CPU: web server", 60),
        row("CPU: worker cluster", 40),
        row("CPU: postgresql", 25),
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
    assert len(MADE) > 20
    performance.sorted_into(TEXT, [row(name) for name in MADE])


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


def test_what_was_not_measured_stays_as_it_is() -> None:
    assert performance.fill(TEXT, None, None) == TEXT
    only = performance.fill(TEXT, rows()[:1], None)
    assert "| public page warm |" in only
    assert performance.fill(only, [row("weight of the page")], None).count("| public page warm |") == 1


def test_sizes_grow_with_the_orders_and_say_what_a_person_can_check() -> None:
    costs = sizing.Costs.of(rows(), CLUSTER)
    assert (costs.applied, costs.database) == (1 / 600, 0.25)
    small, large = (sizing.size(orders, costs) for orders in (1_000, 1_000_000))
    assert (small.web_processes, small.clusters, small.stream_processes) == (2, 1, 1)
    # 1,000,000 orders: 57.9 a second in the busiest minute, each 12 looks of 0.8 ms and 10 webhooks of 0.7 ms.
    assert large.web == pytest.approx(57.87 * (12 * 0.0008 + 10 * 0.0007), rel=0.001)
    assert large.worker == pytest.approx(57.87 * (10 / 600 + 5 * 0.009), rel=0.001)
    assert large.streams == pytest.approx(57.87 * 12 * 120, rel=0.001)
    assert large.disk == pytest.approx(365 * 12, rel=0.001)
    assert large.connections > small.connections
    with pytest.raises(sizing.Unmeasured, match="webhook applied"):
        sizing.Costs.of(rows()[:3], None)


def test_the_rows_that_are_shown_are_ones_that_the_benchmark_can_give() -> None:
    """Whoever renames a row measures and fills again."""
    made = tuple(MADE)
    for n, block in enumerate(found for found in performance.BLOCK.finditer(TEXT) if found[2] == "rows"):
        for name in re.findall(r"^\| ([a-zA-Z][^|]*?) \|", block[0], re.MULTILINE):
            assert name.startswith(made), name
            assert performance.sorted_into(TEXT, [row(name)])[n], f"{name} stands in the wrong table"
