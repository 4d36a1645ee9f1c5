"""Which processes belong to a process group: a worker that died without a word shows here first."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

PROC = Path("/proc")


def states(group: int) -> dict[int, str]:
    """Return the ids of the group's processes with the letter of the state of each; empty where the system does not say."""
    return _from_proc(group) if (PROC / "self" / "stat").exists() else _from_ps(group)


def _from_proc(group: int) -> dict[int, str]:
    found = {}
    for entry in os.scandir(PROC):
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                # "pid (any (name) at all) state ppid pgrp …"
                fields = Path(entry.path, "stat").read_text(errors="replace").rpartition(")")[2].split()
                if int(fields[2]) == group and fields[0] != "Z":
                    found[int(entry.name)] = fields[0]
    return found


def _from_ps(group: int) -> dict[int, str]:
    try:
        table = subprocess.run(
            ["ps", "-A", "-o", "pid=,pgid=,state="],  # noqa: S607 - wherever the system keeps it
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    rows = (line.split() for line in table.splitlines())
    return {int(row[0]): row[2][0] for row in rows if len(row) == 3 and int(row[1]) == group and row[2][0] != "Z"}
