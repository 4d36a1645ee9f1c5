"""What a project adds: a block in one file, fields of its own, settings and languages; and no migration anywhere."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from wagtail import hooks

from order_status_plugin.access.links import order_path
from order_status_plugin.events import Tier
from order_status_plugin.page.models import KeptPage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.build import build
from order_status_plugin.view.extra import Field
from tests.access.orders import placed

ROOT = Path(__file__).parent.parent.parent


def in_the_project(*command: str) -> subprocess.CompletedProcess[str]:
    """Run Python under the settings of the project that extends ours."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.projects.extended.settings", "PYTHONPATH": str(ROOT)}
    env.pop("DATABASE_URL", None)
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_no_migration_is_written_for_blocks_settings_or_languages() -> None:
    done = in_the_project("-m", "django", "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No changes detected" in done.stdout


def test_the_projects_block_and_fields_stand_on_the_page() -> None:
    done = in_the_project("-m", "tests.projects.extended.visit")
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    for html in seen.values():
        assert "<h2>Wrapped for you</h2>" in html
        assert "Wrapped in red paper." in html
        assert 'class="os-rail"' not in html, "the page is the editor's"
    assert "with love" in seen["private"]
    assert "with love" not in seen["public"]


Hook = Callable[[list[Field], Order, Tier], None]


def extras(order: Order, tier: Tier, *added: Hook) -> dict[str, Any]:
    with hooks.register_temporarily([("construct_order_view", hook) for hook in added]):
        return dict(build(order, tier).extra)


@pytest.mark.django_db
def test_a_field_is_private_unless_its_author_says_otherwise() -> None:
    read: list[str] = []

    def secret() -> str:
        read.append("secret")
        return "a secret"

    def fields(found: list[Field], order: Order, tier: Tier) -> None:
        found.append(Field(name="secret", value=secret))
        found.append(Field(name="open", value="open", tier=Tier.PUBLIC))
        found.append(Field(name="margin", value="40 %", tier=Tier.STAFF))

    order = placed()
    assert extras(order, Tier.PUBLIC, fields) == {"open": "open"}
    assert read == [], "what this tier may not see is not read"
    assert extras(order, Tier.PRIVATE, fields) == {"open": "open", "secret": "a secret"}
    assert extras(order, Tier.STAFF, fields) == {"open": "open", "secret": "a secret", "margin": "40 %"}


@pytest.mark.django_db
def test_a_hook_that_fails_is_logged_and_takes_nothing_from_the_page(caplog: pytest.LogCaptureFixture) -> None:
    def broken(found: list[Field], order: Order, tier: Tier) -> None:
        found.append(Field(name="half", value="half", tier=Tier.PUBLIC))
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    def misnamed(found: list[Field], order: Order, tier: Tier) -> None:
        found.append(Field(name="_gift wrap", value="x", tier=Tier.PUBLIC))

    def sound(found: list[Field], order: Order, tier: Tier) -> None:
        found.append(Field(name="sound", value="sound", tier=Tier.PUBLIC))

    order = placed()
    with caplog.at_level(logging.ERROR, "order_status_plugin"):
        assert extras(order, Tier.PUBLIC, broken, misnamed, sound) == {"sound": "sound"}
    assert [line.getMessage().partition(" failed")[0].rpartition(".")[2] for line in caplog.records] == [
        "broken",
        "misnamed",
    ]
    with hooks.register_temporarily([("construct_order_view", broken)]):
        assert Client().get(order_path(order), secure=True).status_code == 200


@pytest.mark.django_db
def test_a_project_says_that_its_field_changed() -> None:
    order = placed()
    Client().get(order_path(order), secure=True)
    KeptPage.objects.update(html="kept")
    assert Client().get(order_path(order), secure=True).content == b"kept"
    record.touch(order)
    assert Client().get(order_path(order), secure=True).content != b"kept"


@pytest.mark.django_db
def test_an_erased_order_has_no_fields() -> None:
    def fields(found: list[Field], order: Order, tier: Tier) -> None:
        found.append(Field(name="words", value="words", tier=Tier.PUBLIC))

    order = placed()
    order.erased_at = order.changed_at
    assert extras(order, Tier.PRIVATE, fields) == {}
