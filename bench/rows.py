"""A row of the result, and the table."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured figure. ``baseline`` and ``ratio`` are None for an absolute one; ``ok`` is None without a target."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None
    target: str | None = None
    ok: bool | None = None


def absolute(name: str, value: float, unit: str, *, at_most: float | None = None) -> Row:
    """Return a figure that stands for itself."""
    if at_most is None:
        return Row(name=name, value=round(value, 1), unit=unit)
    return Row(name=name, value=round(value, 1), unit=unit, target=f"<= {at_most:g}", ok=value <= at_most)


def rate(name: str, value: float, unit: str, *, at_least: float) -> Row:
    """Return how much is done in a time."""
    return Row(name=name, value=round(value), unit=unit, target=f">= {at_least:g}", ok=value >= at_least)


def speed(name: str, value: float, unit: str, baseline: float, *, at_least: float) -> Row:
    """Return a cost as the share of the baseline's speed that it reaches: 1 is as fast."""
    ratio = baseline / value
    return Row(
        name=name,
        value=round(value, 1),
        unit=unit,
        baseline=round(baseline, 1),
        ratio=round(ratio, 3),
        target=f"ratio >= {at_least:g}",
        ok=ratio >= at_least,
    )


def share(name: str, value: float, unit: str, baseline: float, *, one_in: float) -> Row:
    """Return a cost as a part of the baseline's cost."""
    ratio = value / baseline
    return Row(
        name=name,
        value=round(value, 1),
        unit=unit,
        baseline=round(baseline, 1),
        ratio=round(ratio, 4),
        target=f"ratio <= 1/{one_in:g}",
        ok=ratio <= 1 / one_in,
    )


def line(row: Row) -> str:
    """Return a row in short, for who waits."""
    verdict = {None: "", True: ", ok", False: ", NOT OK"}[row.ok]
    return f"{row.name}: {row.value:,.1f} {row.unit}{verdict}"


def table(rows: list[Row]) -> str:
    """Return the rows as people read them."""
    head = ("", "value", "unit", "baseline", "ratio", "target", "ok")
    body = [
        (
            row.name,
            f"{row.value:,.1f}",
            row.unit,
            "" if row.baseline is None else f"{row.baseline:,.1f}",
            "" if row.ratio is None else f"{row.ratio:.3f}",
            row.target or "",
            {None: "", True: "yes", False: "NO"}[row.ok],
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in (head, *body)) for column in range(len(head))]
    right = {1, 3, 4}
    lines = [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in (head, *body)
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def write(rows: list[Row]) -> None:
    """Keep the rows for scripts."""
    RESULTS.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
