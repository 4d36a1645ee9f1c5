"""Find a Chromium for the browser tests: the system's, else Debian's package, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: Containers give it no sandbox, and machines that only test have no graphics.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """Return the path of a Chromium that is here already, or None."""
    named = os.environ.get("CHROMIUM", "")
    if named:
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return _of_playwright()


def _of_playwright() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


@contextmanager
def launched(*flags: str) -> Iterator[Browser]:
    """Yield the one that is here, running, with these flags beside ours."""
    from playwright.sync_api import sync_playwright

    path = find()  # asks Playwright, which cannot be asked inside itself
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        yield browser
        browser.close()


def install() -> str | None:
    """Bring one, by the first way that works, and return its path."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"check": False, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": sys.stderr}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], **quiet)
        if path := find():
            return path
    command = [sys.executable, "-m", "playwright", "install", "chromium-headless-shell", "chromium"]
    if os.geteuid() == 0:
        command.insert(4, "--with-deps")
    subprocess.run(command, check=False, stdout=sys.stderr)
    return find()


if __name__ == "__main__":
    found = find() or ("--install" in sys.argv and install())
    if not found:
        sys.exit("No Chromium here, and none could be installed. Set CHROMIUM to the path of one.")
    print(found)
