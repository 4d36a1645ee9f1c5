"""Run the suite in its parts, two at a time, and say at the end how it went: ``python -m tools.suite moderate|full``.

``moderate`` (``make test``) is this interpreter on SQLite and on PostgreSQL, every project in tests/projects, and the
browser journeys. ``full`` (``make test-full``) is the large volumes on both databases, and the matrix of Pythons,
Djangos and Wagtails against the built wheel. ``moderate --coverage`` (``make coverage``) measures, beside, what ran on
SQLite: that takes half as long again.

Two cores are kept busy to the end: parts wait in one line, the longest first, and what is long is cut in two.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree

from tests.servers import database, postgresql
from tools.interpreters import find
from tools.lowest import constraints

CHECKOUT = Path(__file__).parent.parent
RESULTS = CHECKOUT / "build" / "suite"


def ignoring(*names: str) -> tuple[str, ...]:
    """Return pytest's arguments that leave out these files and rooms of tests/."""
    return tuple(f"--ignore=tests/{name}" for name in names)


#: The browser journeys are parts of their own, and each project has settings of its own.
SHARED = ignoring("browser", "page/test_browser.py", "projects")
#: Half of the time that the tests take on SQLite; the other half is all the other rooms.
HALF = ("access", "accessibility", "cms", "maps", "messages", "security", "simulator")
#: These start servers and workers of their own and wait for them: they run beside the two that compute.
PROCESSES = (
    "chaos",
    "live/test_nginx.py",
    "live/test_recipes.py",
    "live/test_servers.py",
    "polling/test_processes.py",
    "worker/test_clusters.py",
    "worker/test_processes.py",
    "worker/test_stopping.py",
    "worker/test_supervisor.py",
)
#: These start processes with databases of their own, parse and draw without any database, or ask for minutes what is
#: the same on both: browsers and the doctor visit every address, the poller lives through days, requests and bodies are
#: made up by the thousand.
OF_THEIR_OWN = ignoring(
    "accessibility",
    "api/test_browser.py",
    "api/test_schema.py",
    "carriers",
    "chaos",
    "cms/test_browser.py",
    "live/test_nginx.py",
    "live/test_recipes.py",
    "live/test_servers.py",
    "maps",
    "polling/test_processes.py",
    "polling/test_run.py",
    "push",
    "security/hostile",
    "security/test_browser.py",
    "security/test_doctor.py",
    "security/test_generated_requests.py",
    "security/test_threats.py",
    "simulator",
    "sources",
    "staff/test_browser.py",
    "test_architecture.py",
    "test_docs.py",
    "test_locale.py",
    "test_packaging.py",
    "test_tutorial.py",
    "tracking/test_rebuild.py",
    "worker/test_clusters.py",
    "worker/test_processes.py",
    "worker/test_stopping.py",
    "worker/test_supervisor.py",
)
#: What Chromium looks at, and what waits for leases: in the full volume parts of their own.
LOOKED_AT = ("accessibility", "security/hostile")
KILLS = "messages/test_kills.py"
#: The example shop as it was built for the journeys: it takes a minute, so those that measure time begin with it.
DEMO = RESULTS / "demo"
#: The environments of setup.cfg, by the Python that each wants.
MATRIX = {"3.11": "py311-lowest", "3.12": "py312-dj61-wag80", "3.13": "py313-highest"}


@dataclass(frozen=True)
class Part:
    """One run of pytest, or of tox."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    is_alone: bool = False  # measures time, so nothing else may run beside it
    waits: bool = False  # mostly waits, so it takes no core from the two that run


def pytest(name: str, *arguments: str, is_alone: bool = False, waits: bool = False, **env: str) -> Part:
    """Return a part that is pytest in this interpreter."""
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={RESULTS / name}.xml", "--durations=5", *arguments]
    return Part(name, tuple(command), {"DJANGO_SETTINGS_MODULE": "tests.settings", **env}, is_alone, waits)


def measured(part: Part) -> Part:
    """Return the part under coverage, unless another part runs the same tests on another database."""
    if "DATABASE_URL" in part.env:
        return part
    python, *rest = part.command
    return replace(part, command=(python, "-m", "coverage", "run", *rest))


def rooms(*names: str) -> list[str]:
    """Return pytest's arguments that name these files and rooms of tests/."""
    return [f"tests/{name}" for name in names]


def projects() -> list[str]:
    """Return the projects in tests/projects that have tests of their own."""
    return sorted({path.parent.name for path in (CHECKOUT / "tests" / "projects").glob("*/test_*.py")})


def moderate(database_for: Callable[[str], str]) -> Iterator[Part]:
    """Yield the parts of ``make test``. Parts that run beside each other need a database each."""
    there = (*SHARED, *OF_THEIR_OWN)
    yield pytest("sqlite-1", *rooms(*HALF), *SHARED)
    yield pytest("sqlite-2", *ignoring(*HALF, *PROCESSES), *SHARED)
    journeys = (*rooms("page/test_browser.py", "browser"), "-p", "no:randomly")
    yield pytest("browser", *journeys, "-m", "not timed", ORDER_STATUS_DEMO=str(DEMO))
    yield pytest("processes", *rooms(*PROCESSES), waits=True)
    yield pytest("postgresql", *there, DATABASE_URL=database_for("suite"))
    for project in projects():
        where, module = f"tests/projects/{project}", f"tests.projects.{project}.settings"
        yield pytest(f"{project}-sqlite", where, DJANGO_SETTINGS_MODULE=module)
        url = database_for(project)
        # Beside Playwright's loop Django opens a connection of its own, which PostgreSQL would wait for.
        there = (where, f"--ignore={where}/test_browser.py")
        yield pytest(f"{project}-postgresql", *there, DJANGO_SETTINGS_MODULE=module, DATABASE_URL=url)
    yield pytest("browser-timed", *journeys, "-m", "timed", is_alone=True, ORDER_STATUS_DEMO=str(DEMO))


def full(database_for: Callable[[str], str]) -> Iterator[Part]:
    """Yield the parts of ``make test-full``."""
    apart = ignoring(*LOOKED_AT, *PROCESSES, KILLS)
    kills = database_for("kills")
    yield pytest("processes", *rooms(*PROCESSES), waits=True)
    yield pytest("kills-postgresql", *rooms(KILLS), waits=True, DATABASE_URL=kills)
    yield pytest("kills-sqlite", *rooms(KILLS), waits=True)
    yield pytest("sqlite", *apart, *SHARED)
    yield from matrix()
    yield pytest("looked-at", *rooms(*LOOKED_AT))
    yield pytest("postgresql", *apart, *SHARED, *OF_THEIR_OWN, DATABASE_URL=database_for("suite"))
    for project in projects():
        module = f"tests.projects.{project}.settings"
        yield pytest(f"{project}-sqlite", f"tests/projects/{project}", DJANGO_SETTINGS_MODULE=module)


def matrix() -> Iterator[Part]:
    """Yield a run of tox for each interpreter that is here; those that are not are named."""
    found = {version: find(version) for version in MATRIX}
    for version in (version for version, path in found.items() if path is None):
        print(f"no Python {version} here: {MATRIX[version]} is left out", flush=True)
    lowest = CHECKOUT / ".tox" / "lowest.txt"
    lowest.parent.mkdir(exist_ok=True)
    lowest.write_text("\n".join(constraints(CHECKOUT / "pyproject.toml")) + "\n")
    wheel = built()
    for version, path in found.items():
        if path:
            command = (sys.executable, "-m", "tox", "run", "-e", MATRIX[version], "--installpkg", str(wheel))
            yield Part(MATRIX[version], (*command, "--discover", str(path)))


def built() -> Path:
    """Build the wheel once, for all environments, and return where it lies."""
    folder = CHECKOUT / "build" / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


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
    parser.add_argument("--coverage", action="store_true", help="measure it, and fail where it is too little")
    options = parser.parse_args()
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the database server ends with us
    RESULTS.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(DEMO, ignore_errors=True)
    for old in (*RESULTS.glob("*.xml"), *RESULTS.glob("*.log"), *CHECKOUT.glob(".coverage.*"), CHECKOUT / ".coverage"):
        old.unlink(missing_ok=True)
    os.environ["ORDER_STATUS_VOLUME"] = options.volume
    # The tests start processes by the hundred, and each would compile everything again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with postgresql() as url, ExitStack() as databases:

        def database_for(name: str) -> str:
            return databases.enter_context(database(url, f"order_status_{name}"))

        parts = {"moderate": moderate, "full": full}[options.volume](database_for)
        chosen = [part for part in parts if not options.only or part.name in options.only]
        if options.coverage:
            chosen = [measured(part) for part in chosen]
        with (
            ThreadPoolExecutor(max_workers=2) as cores,
            ThreadPoolExecutor(max_workers=1) as beside,
        ):
            running = [(beside if part.waits else cores).submit(run, part) for part in chosen if not part.is_alone]
        results = [each.result() for each in running] + [run(part) for part in chosen if part.is_alone]
    # 5 is pytest's "nothing was collected", which happens to a project in which nothing grows with the volume.
    failed = [part.name for part, code in results if code not in {0, 5}]
    if options.coverage and coverage() != 0:
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
