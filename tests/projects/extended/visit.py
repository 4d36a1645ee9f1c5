"""Run inside this project: place an order, lay out a page with the project's own block, and print what is seen."""

from __future__ import annotations

import json

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from tests.databases import TablesOfToday  # noqa: E402

settings.ALLOWED_HOSTS = ["*"]
settings.MIGRATION_MODULES = TablesOfToday()
call_command("migrate", run_syncdb=True, verbosity=0)

from wagtail.models import Locale  # noqa: E402

from order_status_plugin.access.links import order_path  # noqa: E402
from order_status_plugin.pages.models import OrderStatusPage  # noqa: E402
from order_status_plugin.tracking import record  # noqa: E402
from tests.access.orders import let_in  # noqa: E402
from tests.cms.sites import site  # noqa: E402
from tests.orders import snapshot  # noqa: E402

Locale.objects.create(language_code="pt")
home = site().root_page
page = OrderStatusPage(title="Orders", slug="orders-page", locale=Locale.get_default())
page.layout = json.dumps([{"type": "gift", "value": {"heading": "Wrapped for you"}}])
home.add_child(instance=page)
page.save_revision().publish()
order = record.order("shop", snapshot(tags=("gift",)))
public = Client().get(order_path(order), secure=True)
client = Client()
client.cookies.load(let_in(order))
private = client.get(order_path(order), secure=True)
print(json.dumps({"public": public.content.decode(), "private": private.content.decode()}))
