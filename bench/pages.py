"""The pages: server CPU a request, queries, and weight over the wire."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import requests
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from order_status_plugin.access.links import order_path
from order_status_plugin.page.models import KeptPage
from order_status_plugin.tracking.models import Order

from . import shop
from .load import Page, ask, fetch
from .rows import Row, absolute, share, speed
from .server import Server

ROUNDS = 7
#: How often each page is asked for in a round: long enough for a clock that ticks a hundred times a second.
TIMES = {"bare": 2000, "public": 1600, "private": 1000, "oscar": 120}
UNIT = "µs of CPU a request"
SIZES = (1, 10, 100)
MAP = re.compile(r'<figure class="?os-journey.*?</figure>', re.DOTALL)
ASSET = re.compile(r"""(?:href|src)=["']?(/static/[^"'>\s]+\.(?:css|js))""")


def pages(server: Server, placed: Any, order: Order) -> dict[str, Page]:
    """Return the compared pages, opened as a customer opens them."""
    root, path = f"http://127.0.0.1:{server.port}", order_path(order)
    return {
        "bare": Page("bare", "/bare/", "<p>three</p>"),
        "public": Page("public", path, 'data-order-status="in_transit"'),
        "private": Page("private", path, shop.numbers(1)[0], _identified(root, path)),
        "oscar": Page("oscar", *_oscar(root, placed)),
    }


def _cookies(answer: requests.Response) -> dict[str, str]:
    """Return what was set, also what is marked for https only, which a client on plain http would drop."""
    jar: dict[str, str] = {}
    for header in answer.raw.headers.getlist("Set-Cookie"):
        jar |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    return jar


def _post_form(address: str, fields: dict[str, str], target: str = "") -> dict[str, str]:
    """Fill in the form on a page as a browser does, and return the cookies of it all."""
    form = requests.get(address, timeout=30)
    jar = _cookies(form)
    token = re.search(r'name="?csrfmiddlewaretoken"? value="?([^">\s]+)', form.text)
    fields = {**fields, **({"csrfmiddlewaretoken": token[1]} if token else {})}
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": "/".join(address.split("/")[:3]),
    }
    done = requests.post(target or form.url, urlencode(fields), headers=headers, timeout=30, allow_redirects=False)
    if done.status_code not in {302, 303}:
        raise RuntimeError(f"{done.url} answered {done.status_code} to {sorted(fields)}.")
    return jar | _cookies(done)


def _identified(root: str, path: str) -> str:
    """Identify by number and email; return the cookie of this device."""
    jar = _post_form(root + path, {"number": shop.NUMBER, "email": shop.EMAIL}, f"{root}{path}identify/")
    return "; ".join(f"{name}={value}" for name, value in jar.items() if name.endswith("order-status"))


def _oscar(root: str, placed: Any) -> tuple[str, str, str]:
    """Pass the form that Oscar puts before its guest order page; return path, marker and session cookie."""
    words = {"order_number": placed.number, "hash": placed.verification_hash()}
    form = root + reverse("customer:anon-order-form", kwargs=words)
    jar = _post_form(form, {"email": shop.EMAIL})
    return reverse("customer:anon-order", kwargs=words), shop.TITLES[0], f"sessionid={jar['sessionid']}"


def cpu(server: Server, compared: dict[str, Page]) -> Iterator[Row]:
    """Measure in rounds that take turns, so that a slow minute of the machine meets every page."""
    for name, page in compared.items():
        ask(server.port, page, max(TIMES[name] // 8, 20))
    taken: dict[str, list[float]] = {name: [] for name in compared}
    for number in range(ROUNDS):
        for name in sorted(compared, reverse=bool(number % 2)):
            before = server.cpu()
            ask(server.port, compared[name], TIMES[name])
            taken[name].append((server.cpu() - before) / TIMES[name] * 1e6)
    cost = {name: median(values) for name, values in taken.items()}
    yield absolute("bare Django view", cost["bare"], UNIT)
    yield speed("public page warm", cost["public"], UNIT, cost["bare"], at_least=0.55)
    yield speed("private page warm", cost["private"], UNIT, cost["bare"], at_least=0.30)
    yield share("private page warm against oscar page", cost["private"], UNIT, cost["oscar"], one_in=12)
    yield absolute("oscar page", cost["oscar"], UNIT)


def queries(compared: dict[str, Page]) -> Iterator[Row]:
    """Count queries for orders of every size, in a process of their own making."""
    unit = "queries"
    for parcels in SIZES:
        order = shop.of_size(parcels)
        path = order_path(order)
        KeptPage.objects.filter(order=order).delete()
        cold, warm = _count(_visitor(), path), _count(_visitor(), path)
        yield absolute(f"public page cold, {parcels} parcels", cold, unit, at_most=12)
        yield absolute(f"public page warm, {parcels} parcels", warm, unit, at_most=2)
        visitor = _visitor()
        visitor.get(path)
        visitor.post(f"{path}identify/", {"number": order.number, "email": shop.EMAIL})
        visitor.get(path)
        KeptPage.objects.filter(order=order).delete()
        cold, warm = _count(visitor, path), _count(visitor, path)
        yield absolute(f"private page cold, {parcels} parcels", cold, unit, at_most=14)
        yield absolute(f"private page warm, {parcels} parcels", warm, unit, at_most=2)
    visitor = _visitor()
    visitor.cookies.load(compared["oscar"].cookie)
    visitor.get(compared["oscar"].path)
    yield absolute("oscar page, 3 lines", _count(visitor, compared["oscar"].path), unit)


def _visitor() -> Client:
    return Client(SERVER_NAME="127.0.0.1")


def _count(visitor: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = visitor.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}.")
    return len(captured)


def weight(server: Server, compared: dict[str, Page]) -> Iterator[Row]:
    """Weigh the first view: HTML, and the styles and scripts that it names, each through gzip."""
    unit = "bytes through gzip"
    status, html = fetch(server.port, compared["private"])
    if not MAP.search(html):
        raise RuntimeError("The private page has no map to weigh.")
    yield absolute("weight of the private page with the map", _weigh(status, html), unit, at_most=45 * 1024)
    ours, theirs = _weigh(status, MAP.sub("", html)), _weigh(*fetch(server.port, compared["oscar"]))
    yield absolute("weight of the private page", ours, unit, at_most=14 * 1024)
    yield absolute(
        "weight of the public page", _weigh(*fetch(server.port, compared["public"])), unit, at_most=14 * 1024
    )
    yield absolute("weight of the oscar page", theirs, unit)
    yield share("weight of the private page against oscar page", ours, unit, theirs, one_in=7)


def _weigh(status: int, html: str) -> int:
    if status != 200:
        raise RuntimeError(f"A page answered {status}.")
    total = len(gzip.compress(html.encode(), 6))
    for address in dict.fromkeys(ASSET.findall(html)):
        found = finders.find(address.removeprefix("/static/"))
        if not isinstance(found, str):
            raise TypeError(f"{address} is not among the static files.")
        total += len(gzip.compress(Path(found).read_bytes(), 6))
    return total
