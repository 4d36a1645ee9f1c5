"""Run the suite in its parts, two at a time, and say at the end how it went: ``python -m tools.suite moderate|full``.

``moderate`` (``make test``) is this interpreter on SQLite and on PostgreSQL, every project in tests/projects, the
browser journeys, and the coverage of it all. ``full`` (``make test-full``) is the large volumes on both databases, and
the matrix of Pythons, Djangos and Wagtails against the built wheel.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.servers import database, postgresql
from tools.interpreters import find
from tools.lowest import constraints

CHECKOUT = Path(__file__).parent.parent
RESULTS = CHECKOUT / "build" / "suite"
SHARED = ("--ignore=tests/browser", "--ignore=tests/page/test_browser.py", "--ignore=tests/projects")
#: What these look at has no database.
OF_THE_CHECKOUT = tuple(f"--ignore=tests/test_{name}.py" for name in ("architecture", "docs", "packaging"))
#: These start processes with databases of their own, parse and draw without any database, or (the doctor, which
#: visits every address) ask for minutes what is the same on both.
OF_THEIR_OWN = tuple(
    f"--ignore=tests/{name}"
    for name in (
        "accessibility",
        "carriers",
        "cms/test_browser.py",
        "live/test_servers.py",
        "maps",
        "polling/test_processes.py",
        "push",
        "security/hostile",
        "security/test_browser.py",
        "security/test_doctor.py",
        "simulator",
        "worker/test_processes.py",
    )
)
VERSIONS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Part:
    """One run of pytest (or of tox, which runs several)."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    is_alone: bool = False  # measures time, so nothing else may run beside it


def pytest(name: str, *arguments: str, is_alone: bool = False, **env: str) -> Part:
    """Return a part that is pytest under coverage in this interpreter."""
    command = (
        sys.executable,
        "-m",
        "coverage",
        "run",
        "-m",
        "pytest",
        "-q",
        f"--junitxml={RESULTS / name}.xml",
        "--durations=5",
    )
    return Part(name, (*command, *arguments), {"DJANGO_SETTINGS_MODULE": "tests.settings", **env}, is_alone)


def projects() -> list[str]:
    """Return the projects in tests/projects that have tests of their own."""
    return sorted({path.parent.name for path in (CHECKOUT / "tests" / "projects").glob("*/test_*.py")})


def parts(volume: str, database_for: Callable[[str], str]) -> Iterator[Part]:
    """Yield what this volume consists of. Parts that run beside each other need a database each."""
    common = {"ORDER_STATUS_VOLUME": volume}
    there = (*SHARED, *OF_THE_CHECKOUT, *OF_THEIR_OWN)
    yield pytest("postgresql", *there, **common, DATABASE_URL=database_for("suite"))
    yield pytest("sqlite", *SHARED, **common)
    for project in projects():
        where, module = f"tests/projects/{project}", f"tests.projects.{project}.settings"
        yield pytest(f"{project}-sqlite", where, **common, DJANGO_SETTINGS_MODULE=module)
        url = database_for(project)
        yield pytest(f"{project}-postgresql", where, **common, DJANGO_SETTINGS_MODULE=module, DATABASE_URL=url)
    if volume == "moderate":
        yield pytest(
            "browser", "tests/page/test_browser.py", "tests/browser", "-p", "no:randomly", is_alone=True, **common
        )
    else:
        yield matrix()


def matrix() -> Part:
    """Return the run of tox over the interpreters that are here; those that are not are named."""
    found = {version: find(version) for version in VERSIONS}
    for version in (version for version, path in found.items() if path is None):
        print(f"no Python {version} here: its environments are left out", flush=True)
    lowest = CHECKOUT / ".tox" / "lowest.txt"
    lowest.parent.mkdir(exist_ok=True)
    lowest.write_text("\n".join(constraints(CHECKOUT / "pyproject.toml")) + "\n")
    command = [sys.executable, "-m", "tox", "run-parallel", "--parallel", "2", "--parallel-no-spinner"]
    command += ["--discover", *(str(path) for path in found.values() if path)]
    return Part("matrix", tuple(command), is_alone=True)


def run(part: Part) -> tuple[Part, int]:
    """Run one part with its output kept together, and return its exit code."""
    began = time.monotonic()
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | part.env
    log = RESULTS / f"{part.name}.log"
    print(f"-- {part.name} begins", flush=True)
    with log.open("wb") as output:
        done = subprocess.run(
            part.command, cwd=CHECKOUT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    text = log.read_text(errors="replace")
    print(f"\n-- {part.name}, {time.monotonic() - began:.0f} s\n{text}", flush=True)
    return part, done.returncode


def count(folder: Path) -> dict[str, int]:
    """Add up what pytest wrote about every part."""
    total = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for path in folder.glob("*.xml"):
        for suite in ElementTree.parse(path).iter("testsuite"):
            for key in total:
                total[key] += int(suite.get(key, 0))
    return total


def coverage() -> int:
    """Combine every part's coverage, print it, and return 0 when it is enough."""
    subprocess.run([sys.executable, "-m", "coverage", "combine", "--quiet"], cwd=CHECKOUT, check=False)
    return subprocess.run([sys.executable, "-m", "coverage", "report"], cwd=CHECKOUT, check=False).returncode


def main() -> int:
    """Run, report, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("volume", choices=("moderate", "full"))
    parser.add_argument("--only", nargs="*", help="names of parts")
    options = parser.parse_args()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the database server ends with us
    RESULTS.mkdir(parents=True, exist_ok=True)
    for old in (*RESULTS.glob("*.xml"), *RESULTS.glob("*.log"), *CHECKOUT.glob(".coverage.*"), CHECKOUT / ".coverage"):
        old.unlink(missing_ok=True)
    failed = []
    with postgresql() as url, ExitStack() as databases:

        def database_for(name: str) -> str:
            return databases.enter_context(database(url, f"order_status_{name}"))

        chosen = [p for p in parts(options.volume, database_for) if not options.only or p.name in options.only]
        with ThreadPoolExecutor(max_workers=2) as pool:
            results = list(pool.map(run, [part for part in chosen if not part.is_alone]))
        results += [run(part) for part in chosen if part.is_alone]
    # 5 is pytest's "nothing was collected", which happens to a project whose tests all want the other database.
    failed += [part.name for part, code in results if code not in {0, 5}]
    if options.volume == "moderate" and not options.only and coverage() != 0:
        failed.append("coverage")
    total = count(RESULTS)
    bad = total["failures"] + total["errors"]
    if os.environ.get("CI") and total["skipped"]:
        failed.append("nothing may be skipped in CI")
    print("\n" + "\n".join(f"FAILED {name}" for name in failed), flush=True)
    passed = total["tests"] - bad - total["skipped"]
    words = (
        [f"{bad} failed"] * bool(bad) + [f"{passed} passed"] + [f"{total['skipped']} skipped"] * bool(total["skipped"])
    )
    print(f"===== {', '.join(words)} in {time.monotonic() - began:.2f}s =====", flush=True)
    return 1 if failed or not total["tests"] else 0


if __name__ == "__main__":
    sys.exit(main())
