"""``make demo``: fill the shop, serve it, run its worker; end all of it together."""

from __future__ import annotations

import os
import sys
import time
import urllib.error
import urllib.request

from .children import HOST, Child, Stopped, end, is_free, listen, uvicorn, watch, worker


def main() -> int:
    """Run until told to stop."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "example_site.settings"
    listen()
    children: list[Child] = []
    try:
        return _run(children)
    except Stopped:
        return 0
    finally:
        end(children)


def _run(children: list[Child]) -> int:
    port = chosen_port("demo")
    if port is None:
        return 2
    password = fill()
    children += [uvicorn(port), worker()]
    base_url = f"http://{HOST}:{port}"
    if not answers(base_url, children[0]):
        print("The web server did not start; see above.", flush=True)
        return 1

    from .facts import table, write_facts

    facts = write_facts(base_url, password)
    print(f"demo ready: {base_url}", flush=True)
    print(table(facts), flush=True)
    return watch(children, [("The web server", lambda: uvicorn(port)), ("The worker", worker)])


def chosen_port(target: str) -> int | None:
    """Return PORT, and keep it in the environment; None, after saying why, where it cannot be taken."""
    try:
        port = int(os.environ.get("PORT") or 8000)
    except ValueError:
        print(f"PORT must be a number, not {os.environ['PORT']!r}.", flush=True)
        return None
    if not is_free(port):
        print(f"Port {port} is taken. Choose another one: make {target} PORT=8001", flush=True)
        return None
    os.environ["PORT"] = str(port)
    return port


def fill() -> str:
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


def answers(base_url: str, server: Child, path: str = "/orders/health/") -> bool:
    """Wait for the shop, then for the worker's first sign of life."""
    deadline = time.monotonic() + 60
    while server.poll() is None:
        try:
            with urllib.request.urlopen(base_url + path, timeout=30):
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


if __name__ == "__main__":
    sys.exit(main())
