"""Find an nginx for the cluster and its tests: the one that ``NGINX`` names, the system's, else Debian's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

#: Where Debian puts it; that folder is not on everybody's path.
PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def find() -> str | None:
    """Return the path of an nginx that is here already, or None."""
    return os.environ.get("NGINX") or shutil.which("nginx", path=PLACES)


def install() -> str | None:
    """Bring Debian's, where we may, and return its path. Nobody needs the service that the package would start."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"check": False, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": sys.stderr}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nginx-light"], **quiet)
    return find()


if __name__ == "__main__":
    found = find() or ("--install" in sys.argv and install())
    if not found:
        sys.exit("No nginx here, and none could be installed. Set NGINX to the path of one.")
    print(found)
