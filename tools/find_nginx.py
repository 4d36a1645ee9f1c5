"""Find an nginx for the tests of streams behind a proxy: the system's, else Debian's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def find() -> str | None:
    """Return the path of an nginx that is here already, or None."""
    return os.environ.get("NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def install() -> str | None:
    """Bring one, and return its path."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"check": False, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": sys.stderr}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        # Installed is enough: each test starts one of its own.
        packages = ["nginx-light"]
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], **quiet)
    return find()


if __name__ == "__main__":
    found = find() or ("--install" in sys.argv and install())
    if not found:
        sys.exit("No nginx here, and none could be installed. Set NGINX to the path of one.")
    print(found)
