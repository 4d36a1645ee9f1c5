"""The wheel: what is in it, what is not, and that an empty strict project runs from it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
PACKAGE = CHECKOUT / "order_status_plugin"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a release does, from the sdist."""
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(CHECKOUT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_everything_that_the_package_reads_is_in_the_wheel(names: set[str]) -> None:
    wanted = {"order_status_plugin/py.typed"}
    for folder in ("templates", "static"):
        wanted |= {str(path.relative_to(CHECKOUT)) for path in (PACKAGE / folder).rglob("*") if path.is_file()}
    wanted |= {str(path.relative_to(CHECKOUT)) for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts}
    wanted |= {str(path.relative_to(CHECKOUT)) for path in PACKAGE.rglob("*.mo")}
    wanted |= {str(path.relative_to(CHECKOUT)) for path in (PACKAGE / "places" / "data").iterdir()}
    wanted |= {str(path.relative_to(CHECKOUT)) for path in (PACKAGE / "maps" / "data").iterdir()}
    assert "order_status_plugin/maps/data/near.bin" in wanted
    assert any(name.startswith("order_status_plugin/templates/") for name in wanted)
    assert "order_status_plugin/places/data/places.tsv" in wanted
    assert any(name.startswith("order_status_plugin/static/") for name in wanted)
    assert wanted - names == set()


def test_nothing_of_the_example_or_the_tests_is_in_the_wheel(names: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in names} == {"order_status_plugin"}


def test_the_licence_goes_with_it(names: set[str]) -> None:
    assert {Path(name).name for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Put the installed wheel and the bare project side by side in an empty folder."""
    folder = tmp_path_factory.mktemp("bare")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*command, "--target", str(folder / "site"), str(wheel)], check=True, capture_output=True)
    shutil.copytree(CHECKOUT / "tests" / "projects" / "bare", folder / "bare")
    return folder


def run(folder: Path, *command: str) -> str:
    """Run Python in the bare project, where only the installed wheel can be imported."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("COVERAGE", "DJANGO", "DATABASE"))}
    env |= {
        "PYTHONPATH": f"{folder / 'site'}{os.pathsep}{folder}",
        "PYTHONSAFEPATH": "1",
        "DJANGO_SETTINGS_MODULE": "bare.settings",
        "BARE_FOLDER": str(folder),
    }
    done = subprocess.run([sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_bare_project_runs_from_the_wheel(bare: Path) -> None:
    """Migrate, check and serve under ATOMIC_REQUESTS and LoginRequiredMiddleware."""
    run(bare, "-m", "django", "migrate", "--verbosity=0")
    assert "no issues" in run(bare, "-m", "django", "check")
    run(bare, "-m", "django", "makemigrations", "--check", "--dry-run", "order_status_plugin")
    report = json.loads(run(bare, "-m", "bare.visit"))
    assert Path(report["file"]).is_relative_to(bare / "site")
    seen = report["seen"]
    assert (seen["/wall/"]["status"], seen["/wall/"]["headers"]["Location"]) == (302, "/cms/login/?next=/wall/")
    assert seen["/orders/"]["status"] == 200
    assert "<form" in seen["/orders/"]["body"]
    assert seen["/orders/no-such-thing/"]["status"] == 404
    for address in ("/orders/", "/orders/no-such-thing/"):
        assert seen[address]["headers"]["Cache-Control"] == "no-store, private"
        assert "noindex" in seen[address]["headers"]["X-Robots-Tag"]
