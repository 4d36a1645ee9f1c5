"""Machines of a small data centre: network namespaces with a cable each, where the system lets us make them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

#: The first three bytes of our addresses; the fourth are made of the machine's number.
NET = "10.203"


@dataclass(frozen=True)
class Machine:
    """One machine. Without a namespace it is this one, and its cable cannot be pulled."""

    name: str
    #: Where others find it, and where it finds the machine that has the database.
    address: str = "127.0.0.1"
    centre: str = "127.0.0.1"
    namespace: str = ""

    @property
    def before(self) -> tuple[str, ...]:
        """Return what comes before a command that is to run on it."""
        return ("ip", "netns", "exec", self.namespace) if self.namespace else ()

    def pull(self) -> None:
        """Pull the cable: packets are lost without a word."""
        _ip("link", "set", f"{self.namespace}-c", "down")

    def plug(self) -> None:
        """Put it back."""
        _ip("link", "set", f"{self.namespace}-c", "up")


def can_be_made() -> bool:
    """Say whether this system lets us make machines."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"osp{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return False
    _ip("netns", "del", name)
    return True


@contextlib.contextmanager
def machines(names: tuple[str, ...], *, apart: bool) -> Iterator[dict[str, Machine]]:
    """Yield so many machines, each on a cable of its own to this one; without ``apart`` all are this one."""
    if not apart:
        yield {name: Machine(name) for name in names}
        return
    made: dict[str, Machine] = {}
    try:
        for number, name in enumerate(names, 1):
            net = f"{NET}.{(os.getpid() + number) % 250 + 1}"
            machine = Machine(name, f"{net}.2", f"{net}.1", f"osp{os.getpid() % 100_000}{number}")
            _ip("netns", "add", machine.namespace)
            made[name] = machine
            cable, plug = f"{machine.namespace}-c", f"{machine.namespace}-p"
            _ip("link", "add", cable, "type", "veth", "peer", "name", plug)
            _ip("link", "set", plug, "netns", machine.namespace)
            _ip("addr", "add", f"{machine.centre}/24", "dev", cable)
            _ip("link", "set", cable, "up")
            _ip("-n", machine.namespace, "addr", "add", f"{machine.address}/24", "dev", plug)
            _ip("-n", machine.namespace, "link", "set", plug, "up")
            _ip("-n", machine.namespace, "link", "set", "lo", "up")
        yield made
    finally:
        for machine in made.values():
            # The cable goes with the namespace, but only once nobody holds that: so it is cut first.
            subprocess.run(["ip", "link", "del", f"{machine.namespace}-c"], capture_output=True)
            subprocess.run(["ip", "netns", "del", machine.namespace], capture_output=True)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=20)
