"""Outlives a supervisor that was killed, by just long enough to take its children along.

Run as a script with a process group's number; imports nothing of ours, so that it costs next to nothing. Standard
input is a pipe that the supervisor holds open: the kernel closes it, however the supervisor ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

#: Seconds that the group has to end by itself.
GRACE = 5.0


def main(group: int) -> None:
    """Wait for the supervisor's end, then end the group."""
    with contextlib.suppress(OSError):
        while os.read(0, 1):
            pass
    with contextlib.suppress(OSError):
        os.killpg(group, signal.SIGTERM)
        end = time.monotonic() + GRACE
        while time.monotonic() < end:
            os.killpg(group, 0)
            time.sleep(0.1)
        os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]))
