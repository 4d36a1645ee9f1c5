"""What the manual says is enough: its lines, put into a project that ``django-admin startproject`` has made."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.api.caller import ROOT
from tests.api.caller import order as pushed

from . import shopify, woocommerce

CHECKOUT = Path(__file__).parents[2]
MANUAL = CHECKOUT / "docs" / "hosts"
HOSTS = ("oscar", "salesman", "saleor", "push", "shopify", "woocommerce")

#: In the project: takes a call from stdin, and prints what the page of the order and the editor's pages say.
VISIT = """
import json, re, sys
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from order_status_plugin.access import api_keys
from order_status_plugin.access.links import order_path
from order_status_plugin.tracking.models import Order

call_command("check", fail_level="WARNING")
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
method, url, body, headers = json.load(sys.stdin)
if "/api/" in url:
    headers["Authorization"] = "Bearer " + api_keys.make("push", "mine", api_keys.Scope.values, actor="me")[1]
here = {"host": "localhost"}
answer = Client(headers=here).generic(method, url, body, content_type="application/json", headers=headers)
assert answer.status_code in (200, 201), (answer.status_code, answer.content)
page = Client(headers=here).get(order_path(Order.objects.get())).content.decode()
print(re.search('data-order-status="(.*?)"', page)[1], len(re.findall("hreflang=", page)))
editor = Client(headers=here)
editor.force_login(User.objects.create_superuser("ada"))
home = editor.get("/cms/").content.decode()
LISTS = r"/cms/(?:order-status|documents|images|snippets|reports|settings)/[a-z/_-]*"
for address in sorted(set(re.findall(LISTS, home))):
    status = editor.get(address).status_code
    assert status in (200, 302, 405), (address, status)
"""


def blocks(host: str) -> list[str]:
    """Return the lines for settings and for addresses."""
    return re.findall(r"^```python\n(.*?)^```", (MANUAL / f"{host}.md").read_text(), re.MULTILINE | re.DOTALL)[:2]


@pytest.mark.parametrize("host", HOSTS)
def test_a_shop_is_connected_in_under_ten_lines(host: str) -> None:
    settings, addresses = blocks(host)
    assert f"hosts.{host}." in settings
    assert "order_status_plugin.all_urls" in addresses
    said = [line for line in (settings + addresses).splitlines() if line]
    assert len(said) < 10, said
    assert max(map(len, said)) <= 120


def of_push() -> tuple[str, str, bytes, dict[str, str]]:
    return "PUT", f"{ROOT}/hosts/push/orders/A-1", json.dumps(pushed()).encode(), {}


def of_shopify() -> tuple[str, str, bytes, dict[str, str]]:
    body = json.dumps(shopify.order()).encode()
    return "POST", "/orders/hooks/shopify/", body, shopify.headers("orders/create", body, secret=shopify.SECRET)


def of_woo() -> tuple[str, str, bytes, dict[str, str]]:
    body = json.dumps(woocommerce.order()).encode()
    return "POST", "/orders/hooks/woo/", body, woocommerce.headers("order.created", body, secret=shopify.SECRET)


@pytest.mark.full
@pytest.mark.sqlite
@pytest.mark.parametrize(("host", "make"), [("push", of_push), ("shopify", of_shopify), ("woocommerce", of_woo)])
def test_an_empty_project_shows_its_first_order(host: str, make: Callable[[], Any], tmp_path: Path) -> None:
    kept = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    env = {name: value for name, value in os.environ.items() if name not in kept}
    env |= {"PYTHONPATH": str(CHECKOUT), "DJANGO_SETTINGS_MODULE": "shop.settings"}

    def run(*arguments: str, said: str = "") -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=env, input=said, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("-m", "django", "startproject", "shop", ".", "--settings=django.conf.global_settings")
    for name, block in zip(("settings", "urls"), blocks(host), strict=True):
        with (tmp_path / "shop" / f"{name}.py").open("a") as file:
            file.write("\n" + block.replace("…", shopify.SECRET))
    run("manage.py", "migrate", "--verbosity=0")
    method, url, body, headers = make()
    said = run("-W", "error::RuntimeWarning", "-c", VISIT, said=json.dumps([method, url, body.decode(), headers]))
    assert "no issues" in said
    assert said.split()[-2:] == ["confirmed" if host != "push" else "sent", "10"]
