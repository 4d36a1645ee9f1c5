"""A real shop, its worker and a real Chromium. Screenshots land in tests/artifacts."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tools.find_chromium import launched

CHECKOUT = Path(__file__).parent.parent.parent
ARTIFACTS = CHECKOUT / "tests" / "artifacts"
READY = re.compile(r"^demo ready: (\S+)")
#: The shop is here, and nothing else is anywhere.
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


@dataclass
class Demo:
    """The running example shop."""

    base_url: str
    facts: dict[str, Any]  # demo.json
    var: Path
    process: subprocess.Popen[str]
    lines: list[str]

    def order(self, **wanted: Any) -> dict[str, Any]:
        """Return the first demo order whose facts equal these."""
        return next(o for o in self.facts["orders"] if all(o[key] == value for key, value in wanted.items()))

    def log(self) -> str:
        """Return what the demo has printed so far."""
        return "\n".join(self.lines)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_demo(var: Path, *, port: int = 0, **env: str) -> Demo:
    """Start the demo as ``make demo`` does and wait until it is ready."""
    wanted = {key: value for key, value in os.environ.items() if key not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}}
    wanted |= {"PORT": str(port or free_port()), "EXAMPLE_VAR": str(var), **env}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "example_site.demo"],
        cwd=CHECKOUT,
        env=wanted,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    ready = threading.Event()
    found: list[str] = []

    def read() -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                lines.append(line.rstrip())
                if match := READY.match(line):
                    found.append(match[1])
                    ready.set()
        ready.set()

    threading.Thread(target=read, daemon=True).start()
    if not ready.wait(600) or not found:
        stop_demo(process)
        pytest.fail("The demo did not become ready:\n" + "\n".join(lines[-60:]))
    return Demo(found[0], json.loads((var / "demo.json").read_text()), var, process, lines)


def copy_of(demo: Demo, var: Path) -> Path:
    """Copy what a running demo has changed, its database as it is at this moment, into another folder."""
    shutil.copytree(demo.var, var, ignore=shutil.ignore_patterns("static", "demo.json", "*.sqlite3*"))
    with (
        closing(sqlite3.connect(demo.var / "shop.sqlite3")) as theirs,
        closing(sqlite3.connect(var / "shop.sqlite3")) as ours,
    ):
        theirs.backup(ours)
    return var


def stop_demo(process: subprocess.Popen[str]) -> None:
    """End the demo as Ctrl-C does, with all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The example shop, fresh, with its web server and its worker.

    Where ``ORDER_STATUS_DEMO`` names a folder, one that was just built is kept there for the next run, which begins with it.
    """
    var, kept = tmp_path_factory.mktemp("demo") / "var", Path(os.environ.get("ORDER_STATUS_DEMO", os.devnull))
    if kept.is_dir():
        shutil.copytree(kept, var)
    running = start_demo(var)
    if not kept.exists():
        copy_of(running, kept)
    yield running
    stop_demo(running.process)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    with launched("--disable-dev-shm-usage", NOWHERE) as running:
        yield running


@pytest.fixture
def contexts(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserContext]]:
    """Give out browsers that know nothing of each other; a failing test leaves a picture of every page."""
    opened: list[BrowserContext] = []

    def context(**options: Any) -> BrowserContext:
        options = {"locale": "en-GB", "viewport": {"width": 1200, "height": 900}, "reduced_motion": "reduce"} | options
        opened.append(browser.new_context(**options))
        opened[-1].set_default_timeout(10_000)
        return opened[-1]

    yield context
    failed = getattr(request.node, "has_failed", False)
    for number, each in enumerate(opened):
        for place, page in enumerate(each.pages if failed else []):
            page.screenshot(path=ARTIFACTS / "failed" / f"{request.node.name}-{number}-{place}.png", full_page=True)
        each.close()


@pytest.fixture
def page(contexts: Callable[..., BrowserContext]) -> Page:
    """A page in a browser of its own."""
    return contexts().new_page()


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Keep a picture of the whole page under a name."""

    def picture(page: Page, name: str) -> None:
        page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)

    return picture


@pytest.fixture
def until() -> Callable[..., float]:
    """Wait for something outside the browser, and say how long it took."""

    def wait(truth: Callable[[], object], *, within: float = 10.0, every: float = 0.05) -> float:
        began = time.monotonic()
        while not truth():
            if time.monotonic() - began > within:
                pytest.fail(f"It did not happen within {within} s.")
            time.sleep(every)
        return time.monotonic() - began

    return wait


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Tell the fixtures above whether the test failed."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.when == "call":
        item.has_failed = report.failed  # type: ignore[attr-defined]
