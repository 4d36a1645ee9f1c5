"""``make demo``: fill the shop, serve it, run its worker; end all of it together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

HOST = "127.0.0.1"
MANAGE = str(Path(__file__).with_name("manage.py"))
CHECKOUT = Path(__file__).resolve().parent.parent


class Stopped(BaseException):
    """Somebody asked us to end."""


def main() -> int:
    """Run until told to stop."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "example_site.settings"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        return _run(children)
    except Stopped:
        return 0
    finally:
        _end(children)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _run(children: list[subprocess.Popen[bytes]]) -> int:
    try:
        port = int(os.environ.get("PORT") or 8000)
    except ValueError:
        print(f"PORT must be a number, not {os.environ['PORT']!r}.", flush=True)
        return 2
    if not _is_free(port):
        print(f"Port {port} is taken. Choose another one: make demo PORT=8001", flush=True)
        return 2
    os.environ["PORT"] = str(port)
    password = _fill()
    children += [_server(port), _worker()]
    base_url = f"http://{HOST}:{port}"
    if not _answers(base_url, children[0]):
        print("The web server did not start; see above.", flush=True)
        return 1

    from .facts import table, write_facts

    facts = write_facts(base_url, password)
    print(f"demo ready: {base_url}", flush=True)
    print(table(facts), flush=True)
    return _watch(children, port)


def _fill() -> str:
    """Migrate, collect the static files, load what is missing; return the staff's password."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from .secret_store import kept
    from .shop.data.load import load

    print(f"Preparing the shop in {settings.VAR} …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    for folder in (settings.EMAIL_FOLDER, settings.SMS_FOLDER):
        folder.mkdir(parents=True, exist_ok=True)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    password = os.environ.get("STAFF_PASSWORD") or kept(settings.VAR, "staff")[:12]
    load(password, say=lambda text: print(text, flush=True))
    connections.close_all()
    return password


def _server(port: int) -> subprocess.Popen[bytes]:
    return _start(
        "-m", "uvicorn", "example_site.asgi:application", "--host", HOST, "--port", str(port),
        "--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", "2",
    )  # fmt: skip


def _worker() -> subprocess.Popen[bytes]:
    return _start(MANAGE, "order_status_worker")


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a child in a group of its own, so that Ctrl-C reaches it through us alone."""
    return subprocess.Popen(
        [sys.executable, "-u", *arguments], cwd=CHECKOUT, stdin=subprocess.DEVNULL, start_new_session=True
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def _answers(base_url: str, server: subprocess.Popen[bytes]) -> bool:
    """Wait for the shop, then for the worker's first sign of life."""
    deadline = time.monotonic() + 60
    while server.poll() is None:
        try:
            with urllib.request.urlopen(f"{base_url}/orders/health/", timeout=30):
                return True
        except urllib.error.HTTPError as error:
            problem = error.read().decode(errors="replace")
            is_over = error.code != 503
        except OSError as error:
            problem, is_over = str(error), False
        if is_over or time.monotonic() > deadline:
            print(f"The shop is not well: {problem}", flush=True)
            return not is_over
        time.sleep(0.2)
    return False


def _watch(children: list[subprocess.Popen[bytes]], port: int) -> int:
    """Start anew what ended by itself: a demo that stands still shows nothing."""
    started = time.monotonic()
    while True:
        time.sleep(0.5)
        for place, start in enumerate((lambda: _server(port), _worker)):
            if children[place].poll() is None:
                continue
            print(f"{('The web server', 'The worker')[place]} ended ({children[place].returncode}).", flush=True)
            if time.monotonic() - started < 5:
                return 1
            started = time.monotonic()
            children[place] = start()


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """End every child with its own children; wait, then insist."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for child in children:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + 8
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"Process {child.pid} does not end; it is killed.", flush=True)
    for child in children:
        _signal(child, signal.SIGKILL, whole_group=True)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals, *, whole_group: bool = False) -> None:
    try:
        if whole_group:
            os.killpg(child.pid, number)
        elif child.poll() is None:
            child.send_signal(number)
    except ProcessLookupError:
        pass


if __name__ == "__main__":
    sys.exit(main())
