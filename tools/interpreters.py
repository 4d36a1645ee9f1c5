"""Find the Python interpreters that the matrix wants, wherever they are: PATH, pyenv, uv, /opt."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

PLACES = (
    ".pyenv/versions/{version}*/bin/python{version}",
    ".local/share/uv/python/cpython-{version}*/bin/python{version}",
)


def works(path: str | Path, version: str) -> bool:
    """Say whether this really is that version: a pyenv shim exists for versions that are switched off."""
    command = [str(path), "-c", "import sys, ensurepip; print('%d.%d' % sys.version_info[:2])"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == version


def find(version: str) -> Path | None:
    """Return the newest working interpreter of this minor version, or None."""
    candidates: list[str | Path | None] = [shutil.which(f"python{version}"), shutil.which("python3")]
    for pattern in PLACES:
        candidates += sorted(Path.home().glob(pattern.format(version=version)), reverse=True)
    candidates += sorted(Path("/opt").glob(f"python*/bin/python{version}"), reverse=True)
    return next((Path(c) for c in candidates if c and works(c, version)), None)
