"""What the manual says is enough: its lines, put into a project that ``django-admin startproject`` has made."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.caller import ROOT
from tests.api.caller import order as pushed
from tests.chaos.servers import free_port

from . import shopify, woocommerce

CHECKOUT = Path(__file__).parents[2]
MANUAL = CHECKOUT / "docs" / "hosts"
HOSTS = ("oscar", "salesman", "saleor", "push", "shopify", "woocommerce")

#: In the project: takes an order in as DEED says, and prints what its page and the editor's pages say.
VISIT = """
import re
import django
django.setup()
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from order_status_plugin.access import api_keys
from order_status_plugin.access.links import order_path
from order_status_plugin.tracking.models import Order

call_command("check", fail_level="WARNING")
call_command("makemigrations", "order_status_plugin", check=True, dry_run=True, verbosity=0)
settings.ALLOWED_HOSTS = ["localhost", "testserver"]
here = {"host": "localhost"}
DEED
page = Client(headers=here).get(order_path(Order.objects.get())).content.decode()
print(re.search('data-order-status="(.*?)"', page)[1], len(re.findall("hreflang=", page)))
editor = Client(headers=here)
editor.force_login(get_user_model().objects.create_superuser("ada"))
home = editor.get("/cms/").content.decode()
LISTS = r"/cms/(?:order-status|documents|images|snippets|reports|settings)/[a-z/_-]*"
for address in sorted(set(re.findall(LISTS, home))):
    status = editor.get(address).status_code
    assert status in (200, 302, 405), (address, status)
"""

#: A call as the shop makes it: method, address, body, headers.
CALLED = """
method, url, body, headers = CALL
if "/api/" in url:
    headers["Authorization"] = "Bearer " + api_keys.make("push", "mine", api_keys.Scope.values, actor="me")[1]
answer = Client(headers=here).generic(method, url, body, content_type="application/json", headers=headers)
assert answer.status_code in (200, 201), (answer.status_code, answer.content)
"""

#: A Saleor of our own at the port that the settings name: it reads the manifest, installs us, and tells of an order.
SALEOR = """
from order_status_plugin.testing.provider import Provider
from tests.projects.saleor.double import Saleor

manifest = Client(headers=here).get("/orders/saleor/saleor/manifest.json", headers={"saleor-schema-version": "3.23"}).json()
assert manifest["tokenTargetUrl"].endswith("/orders/saleor/saleor/register/"), manifest
with Provider(lambda call: shop.answer(call), port=PORT) as provider:
    shop = Saleor(provider)
    assert shop.register().status_code == 200
    assert shop.send("order_created", shop.place()) == 200
"""

#: What a shop of each kind is before we come: a started project, and what the manual of Oscar or Salesman adds to it.
SHOPS = {
    "oscar": (
        """
from oscar.defaults import *
from tests.projects.oscar.settings import HAYSTACK_CONNECTIONS, OSCAR
INSTALLED_APPS += [app for app in OSCAR if app not in INSTALLED_APPS]
SITE_ID = 1
DEFAULT_FROM_EMAIL = "shop@tilia.example"
# Oscar's own migrations take a minute and say nothing of us.
MIGRATION_MODULES = {app.split(".")[-3]: None for app in OSCAR if app.startswith("oscar.apps.")}
MIDDLEWARE += ["oscar.apps.basket.middleware.BasketMiddleware"]
AUTHENTICATION_BACKENDS = ["oscar.apps.customer.auth_backends.EmailBackend"]
TEMPLATES[0]["OPTIONS"]["context_processors"] += [
    "oscar.apps.search.context_processors.search_form",
    "oscar.apps.checkout.context_processors.checkout",
    "oscar.apps.communication.notifications.context_processors.notifications",
    "oscar.core.context_processors.metadata",
]
""",
        """
from django.apps import apps
from django.urls import include
urlpatterns += [path("i18n/", include("django.conf.urls.i18n")), path("", include(apps.get_app_config("oscar").urls[0]))]
""",
    ),
    "salesman": (
        """
from tests.projects.salesman.settings import (
    SALESMAN, SALESMAN_BASKET_MODIFIERS, SALESMAN_PAYMENT_METHODS, SALESMAN_PRODUCT_TYPES
)
INSTALLED_APPS += SALESMAN
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DEFAULT_FROM_EMAIL = "shop@tilia.example"
""",
        """
from django.urls import include
urlpatterns += [path("api/", include("salesman.urls"))]
""",
    ),
}


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


def deed(host: str, port: int) -> str:
    """Return the code by which the shop comes to its first order."""
    call: tuple[str, str, bytes, dict[str, str]]
    match host:
        case "oscar" | "salesman":
            return f"from tests.projects.{host} import shop\nshop.place()"
        case "saleor":
            return SALEOR.replace("PORT", str(port))
        case "push":
            call = "PUT", f"{ROOT}/hosts/push/orders/A-1", json.dumps(pushed()).encode(), {}
        case "shopify":
            body = json.dumps(shopify.order()).encode()
            call = "POST", "/orders/hooks/shopify/", body, shopify.headers("orders/create", body, secret=shopify.SECRET)
        case _:
            body = json.dumps(woocommerce.order()).encode()
            headers = woocommerce.headers("order.created", body, secret=shopify.SECRET)
            call = "POST", "/orders/hooks/woo/", body, headers
    return CALLED.replace("CALL", repr(call))


@pytest.mark.full
@pytest.mark.sqlite
@pytest.mark.parametrize("host", HOSTS)
def test_an_empty_project_shows_its_first_order(host: str, tmp_path: Path) -> None:
    if host in SHOPS:
        pytest.importorskip(host)
    kept = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    env = {name: value for name, value in os.environ.items() if name not in kept}
    env |= {"PYTHONPATH": str(CHECKOUT), "DJANGO_SETTINGS_MODULE": "shop.settings"}
    port = free_port()

    def run(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("-m", "django", "startproject", "shop", ".", "--settings=django.conf.global_settings")
    for name, before, block in zip(("settings", "urls"), SHOPS.get(host, ("", "")), blocks(host), strict=True):
        ours = block.replace("…", shopify.SECRET).replace("https://shop.saleor.cloud", f"http://127.0.0.1:{port}")
        with (tmp_path / "shop" / f"{name}.py").open("a") as file:
            file.write(f"\n{before}\n{ours}")
    run("manage.py", "migrate", "--verbosity=0", "--run-syncdb")
    said = run("-W", "error::RuntimeWarning", "-c", VISIT.replace("DEED", deed(host, port)))
    assert "no issues" in said
    assert said.split()[-2:] == ["confirmed" if host != "push" else "sent", "10"]
