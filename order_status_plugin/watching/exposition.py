"""Prometheus' text format, version 0.0.4: a line a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .metrics import Family

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(families: Iterable[Family]) -> str:
    """Return the metrics as Prometheus reads them."""
    lines = []
    for family in families:
        lines.append(f"# HELP {family.name} {_escaped(family.words, quotes=False)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        lines += [f"{family.name}{_labels(labels)} {value:.15g}" for labels, value in family.samples]
    return "\n".join([*lines, ""])


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value, quotes=True)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str, *, quotes: bool) -> str:
    text = text.replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quotes else text
