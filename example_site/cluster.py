"""``make demo-cluster``: the shop on three web servers behind nginx, two clusters of workers, PostgreSQL and Redis.

A simulator sends 50 tracking events a second through the front door. Everything ends together.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.find_nginx import find

from . import front, stores
from .children import HOST, Child, Kind, Stopped, end, is_free, listen, start, uvicorn, watch, worker
from .demo import answers, chosen_port, fill

VAR = Path(__file__).resolve().parent / "var"
WEB, WORKERS = 3, 2
#: Workers of one cluster: while one drains the inbox the other sends, and says that it lives.
EACH = 2
#: Connections of one web server: under ASGI a pool, for each request is a thread of its own.
POOL = 8


def main() -> int:
    """Run until told to stop."""
    asked = _asked()
    os.environ.setdefault("EXAMPLE_VAR", str(VAR / "cluster"))
    os.environ |= {"DJANGO_SETTINGS_MODULE": "example_site.settings", "TRUSTED_PROXIES": f"{HOST}/32"}
    listen()
    children: list[Child] = []
    nginx = find()
    if nginx is None:
        print("No nginx here: install it, or set NGINX to the path of one.", flush=True)
        return 2
    try:
        with stores.postgresql() as database, stores.redis() as redis:
            os.environ |= {"DATABASE_URL": database.url, "REDIS_URL": redis.url}
            servers = {name: store.pid for name, store in (("PostgreSQL", database), ("Redis", redis)) if store.pid}
            try:
                return _run(children, nginx, asked, servers)
            finally:
                end(children, grace=15)  # a supervisor gives its cluster ten seconds
    except Stopped:
        return 0


def _asked() -> Namespace:
    parser = ArgumentParser(prog="make demo-cluster", description=__doc__)
    parser.add_argument("--rate", type=float, default=50, help="tracking events a second; 0 for a quiet shop")
    parser.add_argument("--orders", type=int, default=200, help="orders that they are about")
    return parser.parse_args()


def _run(children: list[Child], nginx: str, asked: Namespace, servers: dict[str, int]) -> int:
    port = chosen_port("demo-cluster")
    if port is None:
        return 2
    behind = [port + place for place in range(1, WEB + 1)]
    if taken := [each for each in behind if not is_free(each)]:
        print(f"The ports {port} to {behind[-1]} are needed; taken: {taken}.", flush=True)
        return 2
    password = fill()

    from django.conf import settings

    from .facts import write_facts

    pooled = {"DATABASE_URL": _with_pool(os.environ["DATABASE_URL"])}
    kinds: list[Kind] = [
        *((f"Web server {place}", partial(uvicorn, each, pooled)) for place, each in enumerate(behind, start=1)),
        *((f"Worker cluster {place}", partial(worker, {"WORKERS": str(EACH)})) for place in range(1, WORKERS + 1)),
        (
            "nginx",
            partial(
                front.start, nginx, settings.VAR / "nginx", port, behind, settings.STATIC_ROOT, settings.MEDIA_ROOT
            ),
        ),
    ]
    children += [begin() for _name, begin in kinds]
    base_url = f"http://{HOST}:{port}"
    for place, each in enumerate(behind):
        if not answers(f"http://{HOST}:{each}", children[place], "/orders/"):
            return 1
    if not answers(base_url, children[0]):
        return 1
    write_facts(base_url, password)
    kinds.append(
        ("Simulator", partial(start, "-m", "example_site.traffic", base_url, str(asked.rate), str(asked.orders)))
    )
    children.append(kinds[-1][1]())
    pids = {name: child.pid for (name, _begin), child in zip(kinds, children, strict=True)}
    _tell(settings.VAR, base_url, behind, {**servers, **pids})
    print(f"cluster ready: {base_url}", flush=True)
    print(_table(base_url, behind, password, asked), flush=True)
    return watch(children, kinds)


def _with_pool(url: str) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}pool={POOL}"


def _tell(var: Path, base_url: str, behind: list[int], processes: dict[str, int]) -> None:
    """Write ``cluster.json`` for scripts: addresses, processes by what they are, and what the simulator writes."""
    facts: dict[str, Any] = {
        "base_url": base_url,
        "web": [f"http://{HOST}:{each}" for each in behind],
        "database_url": os.environ["DATABASE_URL"],
        "redis_url": os.environ["REDIS_URL"],
        "processes": processes,
        "orders": str(var / "traffic-orders.json"),
        "events": str(var / "traffic-events.log"),
        "mail": str(var / "mail"),
    }
    draft = var / f"cluster.{os.getpid()}"
    draft.write_text(json.dumps(facts, indent=2))
    draft.replace(var / "cluster.json")


def _table(base_url: str, behind: list[int], password: str, asked: Namespace) -> str:
    from .shop.data.load import STAFF

    lines = [
        f"  nginx            {base_url}",
        *(f"  web server       http://{HOST}:{each}   its metrics: /orders/metrics/" for each in behind),
        f"  worker clusters  {WORKERS} of {EACH} workers, on Redis",
        f"  simulator        {asked.rate:g} events a second about {asked.orders} orders",
        f"  staff            {STAFF} / {password}   {base_url}/cms/",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
