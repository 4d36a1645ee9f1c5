"""Answers gone wrong in one place: what a parser must survive."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

JUNK = st.sampled_from(
    [None, True, False, 0, -1, 1e308, 10**30, "", " ", "\x00", "\ud800", "9" * 400, "2026-13-45", "20261399", [], {}]
    + [[None], [[]], ["a", 1], {"a": {}}, "99:99", "-99:99", "T", "٣", "<a>", {"code": []}]
)


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _paths(item, (*at, key))


@st.composite
def mutations(draw: st.DrawFn, body: bytes) -> bytes:
    """Return the JSON with one to three of its values, at any depth, replaced by something else."""
    whole = [copy.deepcopy(json.loads(body))]
    for _ in range(draw(st.integers(1, 3))):
        path = (0, *draw(st.sampled_from(list(_paths(whole[0])))))
        place: Any = whole
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = copy.deepcopy(draw(JUNK))  # the next replacement may fall into it
    return json.dumps(whole[0]).encode()
