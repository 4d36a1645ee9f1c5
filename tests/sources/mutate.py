"""Spoils bodies: JSON of a sound shape with odd things in it, and bytes that are hardly JSON any more."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1e308,
    10**400,
    "",
    " - ",
    "x" * 5000,
    "\x00\ud800‮",
    "9999-12-31T23:59:59.999999+14:00",
    "0001-01-01",
    "2026-02-30",
    "2026-11-20T25:00:00",
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    [None, 7, "x"],
    {"a": {"b": []}},
)


def mutated(raw: bytes, rng: random.Random) -> bytes:
    """Return the body with some of it spoilt."""
    if rng.random() < 0.2 or not raw.startswith((b"{", b"[")):  # XML has no other way
        return _bytes(raw, rng)
    whole = [json.loads(raw)]
    for _ in range(rng.randint(1, 4)):
        _once(whole, rng)
    return json.dumps(whole[0]).encode("utf-8", "surrogatepass")


def _once(whole: list[Any], rng: random.Random) -> None:
    at: Any = whole
    while True:
        key = rng.choice(sorted(at) if isinstance(at, dict) else range(len(at)))
        if isinstance(at[key], (dict, list)) and at[key] and rng.random() < 0.85:
            at = at[key]
            continue
        deed = rng.random()
        if deed < 0.15 and at is not whole:
            del at[key]
        elif deed < 0.25 and isinstance(at, list):
            at.append(at[key])
        elif deed < 0.35 and isinstance(at[key], str):
            at[key] = at[key][::-1]
        else:
            at[key] = copy.deepcopy(rng.choice(ODD))  # later ones spoil it further
        return


def _bytes(raw: bytes, rng: random.Random) -> bytes:
    spoilt = bytearray(raw)
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(spoilt) or 1)
        deed = rng.random()
        if deed < 0.3:
            spoilt = spoilt[:at] or bytearray(b"{")
        elif deed < 0.6:
            spoilt[at : at + 1] = bytes([rng.randrange(256)])
        else:
            spoilt[at:at] = rng.choice((b"{", b"]", b"\xff", b'"', b"[" * 50, b"1e999"))
    return bytes(spoilt)
