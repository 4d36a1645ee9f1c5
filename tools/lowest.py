"""Write the lowest versions that pyproject.toml promises as pip constraints: ``python tools/lowest.py <file>``."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PROMISE = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=(?P<version>[0-9.]+)")


def constraints(pyproject: Path) -> list[str]:
    """Return ``name==version`` for each dependency of the package and its extras, in their lowest form."""
    project = tomllib.loads(pyproject.read_text())["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    found = [PROMISE.match(line) for line in wanted]
    # "~=": the lowest line with its fixes, as "5.2" alone would be a release without any of them.
    return [f"{match['name']}~={_three(match['version'])}" for match in found if match]


def _three(version: str) -> str:
    parts = version.split(".")
    return ".".join([*parts, "0", "0"][: max(3, len(parts))])


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(constraints(Path(__file__).parent.parent / "pyproject.toml")) + "\n")
