"""The same shop with the plugin last in INSTALLED_APPS, and with models of its own: only other processes can show it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from salesman.core.utils import get_salesman_model

#: Each setup, and the tests in which it could show.
SETUPS = {
    "SALESMAN_PLUGIN_IS_LAST": "the_action or browser_that_ordered",
    "SALESMAN_IS_SWAPPED": "the_action or browser_that_ordered or page_says_confirmed or staff_send or update_behind or come_back",
}


@pytest.fixture(scope="module")
def others() -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Run them beside each other."""
    files = [f"tests/projects/salesman/test_{name}.py" for name in ("admin", "checkout", "hearing")]
    running = {
        name: subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", which, *files],
            env={**os.environ, name: "1", "DATABASE_URL": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, which in SETUPS.items()
    }
    yield running
    for process in running.values():
        process.kill()
        process.wait()


@pytest.mark.sqlite
@pytest.mark.parametrize(("name", "count"), [("SALESMAN_PLUGIN_IS_LAST", 3), ("SALESMAN_IS_SWAPPED", 8)])
def test_it_works_the_same(name: str, count: int, others: dict[str, subprocess.Popen[str]]) -> None:
    said, _ = others[name].communicate(timeout=300)
    assert others[name].returncode == 0, said
    assert f"{count} passed" in said


def test_the_models_are_the_shops() -> None:
    label = get_salesman_model("Order")._meta.label
    assert label == ("swapped.Order" if settings.IS_SWAPPED else "salesmanorders.Order")
