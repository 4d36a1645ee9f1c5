"""Write the figures of the last ``make bench`` and ``make bench-cluster`` into the manual, between its markers.

``python -m tools.performance``. What stands around the tables is written by hand; ``<!-- rows: stream, webhook -->`` and
``<!-- end -->`` hold the rows whose names begin with one of these words, each row in the first table that names it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from pathlib import Path
from typing import Any

from . import sizing

CHECKOUT = Path(__file__).parent.parent
PAGE = CHECKOUT / "docs" / "performance.md"
DEPLOY = CHECKOUT / "docs" / "deploy.md"
RESULTS = CHECKOUT / "bench" / "results.json"
CLUSTER = CHECKOUT / "bench" / "cluster.json"

BLOCK = re.compile(r"(<!-- (rows|cluster|machine|sizing|check)(?:: (.*?))? -->\n).*?(<!-- end -->)", re.DOTALL)
HEAD = "| | value | | baseline | ratio | target | met |\n| --- | ---: | --- | ---: | ---: | --- | --- |"


class Homeless(Exception):
    """A row of the benchmark has no place in the manual."""


def places(text: str) -> list[tuple[str, ...]]:
    """Return the words of each table of the benchmark, in their order."""
    return [tuple(word.strip() for word in found[3].split(",")) for found in BLOCK.finditer(text) if found[2] == "rows"]


def sorted_into(text: str, rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the rows of each table. Raises Homeless."""
    words = places(text)
    found: list[list[dict[str, Any]]] = [[] for _place in words]
    for row in rows:
        place = next((n for n, each in enumerate(words) if row["name"].startswith(each)), None)
        if place is None:
            raise Homeless(f"{row['name']!r} has no place in {PAGE.name}: name its first words in a table.")
        found[place].append(row)
    return found


def table(rows: list[dict[str, Any]]) -> str:
    """Return rows as Markdown."""
    lines = [HEAD]
    for row in rows:
        baseline = "" if row["baseline"] is None else f"{row['baseline']:,g}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3g}"
        met = {None: "", True: "yes", False: "**no**"}[row["ok"]]
        target = (row["target"] or "").replace("<=", "≤").replace(">=", "≥")
        lines.append(f"| {row['name']} | {row['value']:,g} | {row['unit']} | {baseline} | {ratio} | {target} | {met} |")
    return "\n".join(lines)


def fill(text: str, rows: list[dict[str, Any]] | None, cluster: dict[str, Any] | None, machine: str = "") -> str:
    """Return a page with what was measured; a block of which nothing was measured stays as it is."""
    tables = iter(sorted_into(text, rows) if rows is not None and places(text) else ())

    def replaced(found: re.Match[str]) -> str:
        kind, new = found[2], None
        if kind == "rows" and rows is not None:
            mine = next(tables)
            new = table(mine) if mine else None
        elif kind == "cluster" and cluster is not None:
            new = table(cluster["rows"])
        elif kind == "machine" and machine:
            new = machine
        elif kind == "sizing" and rows is not None:
            new = sizing.markdown(sizing.Costs.of(rows, cluster))
        elif kind == "check" and rows is not None and cluster is not None:
            new = sizing.check(sizing.Costs.of(rows, cluster), cluster)
        return found[0] if new is None else f"{found[1]}{new}\n{found[4]}"

    return BLOCK.sub(replaced, text)


def _machine() -> str:
    from bench.cluster import machine

    facts = machine()
    return (
        f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_gb']} GB, {facts['system']}, Python {facts['python']}; "
        f"measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}."
    )


def main() -> int:
    """Fill both pages; return 1 where there is nothing to fill them with."""
    rows = json.loads(RESULTS.read_text()) if RESULTS.exists() else None
    cluster = json.loads(CLUSTER.read_text()) if CLUSTER.exists() else None
    if rows is None and cluster is None:
        print("Nothing was measured here: make bench, make bench-cluster.")
        return 1
    for page in (PAGE, DEPLOY):
        page.write_text(fill(page.read_text(), rows, cluster, _machine()))
        print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
