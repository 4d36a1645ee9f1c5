"""What the manual says about security is there."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent
SECURITY = CHECKOUT / "docs" / "security.md"


def names_of_tests() -> set[str]:
    return {
        name
        for path in (CHECKOUT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text())
    }


def test_every_test_that_the_manual_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", SECURITY.read_text()))
    assert len(named) > 30
    assert named - names_of_tests() == set()


def test_every_file_of_tests_that_the_manual_names_exists() -> None:
    for path in re.findall(r"`(tests/[\w/]+\.py)`", SECURITY.read_text()):
        assert (CHECKOUT / path).exists()


def test_every_threat_of_the_manual_has_its_test() -> None:
    assert {name[12:14] for name in names_of_tests() if name.startswith("test_threat_")} == {
        f"{n:02d}" for n in range(1, 19)
    }
