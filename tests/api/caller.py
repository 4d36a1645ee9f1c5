"""A shop that calls the push API, as any program would."""

from __future__ import annotations

import copy
import json
from typing import Any

from django.test import Client

from order_status_plugin.access import api_keys
from order_status_plugin.access.api_keys import Scope
from order_status_plugin.api.example import ORDER

ALL = tuple(Scope.values)
ROOT = "/orders/api/v1"
UPS = "1Z999AA10123456784"
PUSH = "order_status_plugin.hosts.push.PushHost"
HOSTS = {"push": {"BACKEND": PUSH}, "other": {"BACKEND": PUSH}}


class Caller:
    """Calls under one alias with a key of its own."""

    def __init__(self, alias: str = "push", scopes: tuple[str, ...] = ALL) -> None:
        self.alias = alias
        self.key, self.text = api_keys.make(alias, "warehouse", scopes, actor="tests")
        self.client = Client()

    def __call__(self, method: str, path: str, body: Any = None, *, alias: str = "", **headers: str) -> Any:
        """Return the response; ``path`` is what follows ``/orders``."""
        url = f"{ROOT}/hosts/{alias or self.alias}/orders{path}"
        sent = {"authorization": f"Bearer {self.text}", **{name.replace("_", "-"): v for name, v in headers.items()}}
        data = body if isinstance(body, (bytes, str)) else "" if body is None else json.dumps(body)
        return self.client.generic(method, url, data, content_type="application/json", headers=sent)


def order(**more: Any) -> dict[str, Any]:
    """Return the example's order, with these fields."""
    return {**copy.deepcopy(ORDER), **more}
