"""Run inside the bare project with the installed wheel: look around, and print what was seen as JSON."""

from __future__ import annotations

import json

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

import order_status_plugin  # noqa: E402

settings.STORAGES = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
client = Client(raise_request_exception=True)
seen = {
    address: {"status": response.status_code, "headers": dict(response.headers), "body": response.content.decode()}
    for address in ("/orders/", "/orders/no-such-thing/", "/wall/")
    for response in [client.get(address)]
}
print(json.dumps({"file": order_status_plugin.__file__, "seen": seen}))
