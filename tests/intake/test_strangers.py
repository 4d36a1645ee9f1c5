"""Whatever a stranger sends, every adapter of ours refuses it by UntrustedWebhook: any other exception is answered 503."""

from __future__ import annotations

import base64
import importlib
import json
import pkgutil
from typing import Any

import pytest

from order_status_plugin import channels, hosts, sources
from order_status_plugin.backend import Receiver, Webhook
from order_status_plugin.exceptions import UntrustedWebhook

SECRET = "a-secret-that-nobody-knows"
OPTIONS = {
    "secrets": [SECRET],
    "shop": "tilia.myshopify.com",
    "auth_token": SECRET,
    "api_key": SECRET,
    "saleor_urls": ["https://saleor.example/graphql/"],
}


def receivers() -> list[type[Receiver]]:
    """Return every adapter of the package that verifies by code of its own."""
    # Those of shops in the same project need the shop, and hear no webhooks.
    inside = ("order_status_plugin.hosts.oscar", "order_status_plugin.hosts.salesman")
    for package in (channels, hosts, sources):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(inside):
                importlib.import_module(found.name)
    seen: list[type[Receiver]] = []
    todo: list[type[Receiver]] = [Receiver]
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        if cls.__module__.startswith("order_status_plugin.") and "verify" in vars(cls) and cls is not Receiver:
            seen.append(cls)
    return sorted(seen, key=lambda cls: cls.__qualname__)


class Everywhere(dict[str, str]):
    """The same value in every header that anybody asks for."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self.value = value

    def get(self, name: str, default: Any = None) -> Any:
        return self.value

    def __missing__(self, name: str) -> str:
        return self.value

    def __contains__(self, name: object) -> bool:
        return True


def token(header: str, body: str = "{}") -> str:
    parts = (base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in (header, body))
    return ".".join((*parts, "AAAA"))


TOKENS = [
    token('{"alg": "none"}'),
    token('{"alg": ["HS256"], "kid": {}}'),
    token("[" * 5000),
    token("9" * 5000),
    token("null", "null"),
    token('{"alg": "RS256", "b64": false, "crit": ["b64"], "kid": 1}').replace(".e30.", ".."),
]
VALUES = ["", ".", "..", "a.b.c", "é" * 9, "\x00", "=,=", "v1,", "v1,é v1,", "t=1,v1=", "t=é,v1=é", "null", "9" * 5000]
VALUES += [
    "https://[",
    "https://saleor.example/graphql/",
    "order_updated",
    "algorithm=HMAC_SHA1",
    "x" * 99_999,
]
VALUES += [*TOKENS, *(f"Bearer {each}" for each in (*TOKENS, "", "é.é.é", "\x00"))]
BODIES = [
    b"",
    b"\xff",
    b"\x00",
    b"[",
    b"[" * 9999,
    b"null",
    b"9" * 5000,
    b'"\\ud800"',
    b"%ff=%ff&a",
    b"a=1&" * 5000,
    b"{}",
]
BODIES += [json.dumps({"timestamp": stamp, "payload": "\ud800"}).encode() for stamp in (1, "\ud800", [], None)]
BODIES += [b'{"__typename": 1}', b'{"id": []}', b'{"line_items": 1, "id": {}, "financial_status": 1}']


@pytest.mark.django_db
@pytest.mark.parametrize("cls", receivers(), ids=lambda cls: cls.__qualname__)
def test_whatever_a_stranger_sends_is_refused(cls: type[Receiver]) -> None:
    receiver = cls("one", OPTIONS)
    for headers in ({}, *map(Everywhere, VALUES)):
        for body in BODIES:
            for secret in ("", "é\x00"):
                with pytest.raises(UntrustedWebhook):
                    receiver.verify(Webhook(body, headers, secret, "https://shop.example/orders/hooks/one/"))
