"""The manual builds without a warning, and README promises only what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from order_status_plugin.conf import Settings
from tools import manual_pictures, settings_reference

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text()
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]


def test_the_manual_builds(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", str(tmp_path / "html")]
    done = subprocess.run(
        [*command, "-d", str(tmp_path / "doctrees")], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "html" / "index.html").exists()


def test_every_setting_is_in_the_reference() -> None:
    named = {name for group in settings_reference.groups() for name, _kind, _default in group.settings}
    assert named == Settings.names()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z][a-z-]+)", path.read_text(), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_management_commands_exist(path: Path) -> None:
    folder = CHECKOUT / "order_status_plugin" / "management" / "commands"
    for name in re.findall(r"manage\.py (order_status_\w+)", path.read_text()):
        assert (folder / f"{name}.py").exists(), name


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_files_that_are_named_exist(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), target


def test_each_picture_of_the_manual_is_taken_by_its_script_and_shown() -> None:
    taken = {f"manual-{name}.webp" for name in manual_pictures.PICTURES}
    shown = {name for path in PAGES for name in re.findall(r"\(images/(manual-[^)]+)\)", path.read_text())}
    kept = {path.name for path in (CHECKOUT / "docs" / "images").glob("manual-*")}
    assert taken == shown == kept
    source = (CHECKOUT / "tools" / "manual_pictures.py").read_text()
    assert set(re.findall(r'take\("([^"]+)"', source)) == set(manual_pictures.PICTURES)
    assert sum(path.stat().st_size for path in (CHECKOUT / "docs" / "images").glob("manual-*")) < 1_500_000


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_settings_that_are_named_exist(path: Path) -> None:
    for name in re.findall(r"""ORDER_STATUS\[["']([A-Z_]+)["']\]""", path.read_text()):
        assert name in Settings.names(), name


def test_the_readme_starts_the_reader() -> None:
    for wanted in ("make demo", "make test", "pip install", "INSTALLED_APPS", "![", "docs/"):
        assert wanted in README, wanted
