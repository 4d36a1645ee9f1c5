"""Child processes that begin and end together with this one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import FrameType

HOST = "127.0.0.1"
MANAGE = str(Path(__file__).with_name("manage.py"))
CHECKOUT = Path(__file__).resolve().parent.parent

Child = subprocess.Popen[bytes]


class Stopped(BaseException):
    """Somebody asked us to end."""


def listen() -> None:
    """Raise Stopped where the program stands when it is told to end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def start(*arguments: str, env: Mapping[str, str] | None = None) -> Child:
    """Start Python with these arguments; ``env`` is added to ours."""
    return spawn([sys.executable, "-u", *arguments], env=env)


def spawn(command: list[str], env: Mapping[str, str] | None = None) -> Child:
    """Start a child in a group of its own, so that Ctrl-C reaches it through us alone."""
    return subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, start_new_session=True, env={**os.environ, **(env or {})}
    )


def uvicorn(port: int, env: Mapping[str, str] | None = None) -> Child:
    """Start one web server of one process. It keeps idle connections longer than nginx, or a request meets a closing one."""
    return start(
        "-m", "uvicorn", "example_site.asgi:application", "--host", HOST, "--port", str(port),
        "--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", "2", "--timeout-keep-alive", "75", env=env,
    )  # fmt: skip


def worker(env: Mapping[str, str] | None = None) -> Child:
    """Start one cluster of workers with its supervisor."""
    return start(MANAGE, "order_status_worker", env=env)


def is_free(port: int) -> bool:
    """Say whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def end(children: Iterable[Child], grace: float = 8) -> None:
    """End every child with its own children; wait, then insist."""
    children = list(children)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + grace
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"Process {child.pid} does not end; it is killed.", flush=True)
    for child in children:
        _signal(child, signal.SIGKILL, whole_group=True)


def _signal(child: Child, number: signal.Signals, *, whole_group: bool = False) -> None:
    try:
        if whole_group:
            os.killpg(child.pid, number)
        elif child.poll() is None:
            child.send_signal(number)
    except ProcessLookupError:
        pass


#: A child by what it is, and how it is started anew.
Kind = tuple[str, Callable[[], Child]]


def watch(children: list[Child], kinds: list[Kind]) -> int:
    """Start anew what ended by itself, until we are told to end; return 1 when something ends again and again."""
    began = time.monotonic()
    while True:
        time.sleep(0.5)
        for place, (name, begin) in enumerate(kinds):
            if children[place].poll() is None:
                continue
            print(f"{name} ended ({children[place].returncode}).", flush=True)
            if time.monotonic() - began < 5:
                return 1
            began = time.monotonic()
            children[place] = begin()
