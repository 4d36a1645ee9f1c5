"""The manual builds without a warning, and README promises only what is there."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.template.loader import get_template
from django.utils.module_loading import import_string

from order_status_plugin.backends import REGISTRIES
from order_status_plugin.channels.gatewayapi import GatewayApi
from order_status_plugin.channels.sms import SmsChannel
from order_status_plugin.channels.twilio import Twilio
from order_status_plugin.channels.vonage import Vonage
from order_status_plugin.conf import Settings
from order_status_plugin.templatetags.order_status import register
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


def test_what_is_kept_of_a_person_names_models_that_exist_each_once() -> None:
    table = (CHECKOUT / "docs" / "privacy.md").read_text().partition("## Commands")[0]
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", table, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert set(named) <= {model.__name__ for model in apps.get_app_config("order_status_plugin").get_models()}
    assert {name for name in named if named.count(name) > 1} == {"OrderContact", "Subscription"}, "rows of two kinds"


@pytest.mark.parametrize("channel", [Twilio, Vonage, GatewayApi])
def test_who_learns_a_phone_number_is_named_in_the_page_on_privacy(channel: type[SmsChannel]) -> None:
    assert str(channel.label) in (CHECKOUT / "docs" / "privacy.md").read_text().partition("## What leaves the shop")[2]


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


EXTENDING = (CHECKOUT / "docs" / "extending.md").read_text()
PLUGGABLE = re.findall(r"^\| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", EXTENDING, re.MULTILINE)[2:]


@pytest.mark.parametrize("row", PLUGGABLE, ids=lambda row: row[0])
def test_what_can_be_plugged_in_is_there(row: tuple[str, str, str, str]) -> None:
    """Each path can be imported, each hook is called, and each heading that is linked stands there."""
    what, named, derived, described = row
    for path in re.findall(r"`(order_status_plugin(?:\.\w+)+)`", named + derived):
        try:
            importlib.import_module(path)
        except ModuleNotFoundError:
            import_string(path)
    for path in re.findall(r"`(order_status_plugin/[\w/]+\.html)`", derived):
        assert get_template(path)
    for hook in re.findall(r"the hook `(\w+)`", named):
        assert f'"{hook}"' in "".join(file.read_text() for file in (CHECKOUT / "order_status_plugin").rglob("*.py"))
    for tag in re.findall(r"{% (\w+) order %}", derived):
        assert tag in register.tags
    for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", described):
        page = (CHECKOUT / "docs" / target).read_text() if target else EXTENDING
        headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, anchor
    assert what
    assert described


def test_the_table_names_every_contract_and_every_kind_of_backend() -> None:
    shown = " ".join(" ".join(row) for row in PLUGGABLE)
    for path in (CHECKOUT / "order_status_plugin" / "testing").glob("*.py"):
        for name in re.findall(r"^class (\w+Contract)\b", path.read_text(), re.MULTILINE):
            assert f"order_status_plugin.testing.{path.stem}.{name}" in shown
    dotted = {name for name in Settings.names() if str(vars(Settings)[name]).startswith("order_status_plugin.")}
    for setting in {registry.setting for registry in REGISTRIES} | dotted:
        assert f'ORDER_STATUS["{setting}"]' in shown


def test_the_readme_starts_the_reader() -> None:
    for wanted in ("make demo", "make test", "pip install", "INSTALLED_APPS", "![", "docs/"):
        assert wanted in README, wanted
