"""``make chaos``: break everything, many times, while orders come in; exit with 0 where every promise was kept."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from .machines import can_be_made
from .run import run, table


def main() -> int:
    """Run it, print what came of it, and return the exit code."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000, help="how many, in all (%(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="what draws them (a new one)")
    parser.add_argument("--broker", choices=("redis", "orm"), default="redis", help="of django-q2 (%(default)s)")
    parser.add_argument("--one-machine", action="store_true", help="make no network namespaces, and pull no cables")
    options = parser.parse_args()
    apart = not options.one_machine and can_be_made()
    if not apart:
        _say("no network namespaces: all is on one machine, and no cable is pulled")
    _say(f"{options.faults} faults, seed {options.seed}, django-q2 on {options.broker}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="order-status-chaos-log-"))
    began = time.monotonic()
    report = run(faults=options.faults, seed=options.seed, broker=options.broker, apart=apart, folder=folder)
    _say("\n".join(table(report)))
    _say(f"{time.monotonic() - began:.0f} s; logs in {folder}")
    return 0 if report.is_well else 1


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
