"""Copy the tests, and how they are run, beside nothing else: so that they meet the installed wheel, not the checkout."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

if __name__ == "__main__":
    checkout = Path(__file__).parent.parent
    target = Path(sys.argv[1])
    shutil.rmtree(target / "tests", ignore_errors=True)
    shutil.copytree(checkout / "tests", target / "tests", ignore=shutil.ignore_patterns("__pycache__", "artifacts"))
    for name in ("pyproject.toml", "NOTICE"):
        shutil.copy(checkout / name, target)
