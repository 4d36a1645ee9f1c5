"""What stands in a log of ours opens nothing."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import order_status_plugin
from order_status_plugin.access import links
from order_status_plugin.intake import masking
from tests.access.orders import EMAIL, placed

PACKAGE = Path(order_status_plugin.__file__).parent
TOKEN = "AAEAAWp0b2tlbl90aGF0X2lzX29uZV9vZl9vdXJzX2hlcmU"


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        (f"GET /orders/{TOKEN}/ HTTP/1.1", "GET /orders/…/ HTTP/1.1"),
        (f"Not Found: /shop/o/{TOKEN}x.css", "Not Found: /shop/o/….css"),
        (f'"https://shop.example/orders/share/{TOKEN}/?a=1"', '"https://shop.example/orders/share/…/?a=1"'),
        (f"/orders/unsubscribe/{TOKEN}/", "/orders/unsubscribe/…/"),
        (f"/orders/devices/{TOKEN}/", "/orders/devices/…/"),
        ("/orders/hooks/aftership/s3cret/", "/orders/hooks/aftership/…/"),
        ("/orders/hooks/a-host-or-a-channel/s3cret/?a=1", "/orders/hooks/a-host-or-a-channel/…/?a=1"),
        ('"POST /hooks/none/s3cret" 404', '"POST /hooks/none/…" 404'),
        ("/orders/hooks/shopify/", "/orders/hooks/shopify/"),
        ("/api/550e8400-e29b-41d4-a716-446655440000/", "/api/550e8400-e29b-41d4-a716-446655440000/"),
        ("/catalogue/a-stoneware-bowl_12/", "/catalogue/a-stoneware-bowl_12/"),
    ],
)
def test_tokens_are_masked_and_other_addresses_are_not(line: str, masked: str) -> None:
    assert masking.mask(line) == masked


@pytest.mark.parametrize("name", masking.LOGGERS)
def test_every_logger_of_request_lines_masks(name: str, caplog: Any) -> None:
    logger = logging.getLogger(name)
    with caplog.at_level(logging.INFO, logger=name):
        logger.handle(logger.makeRecord(name, logging.INFO, "f", 1, "%s %s", ("GET", f"/orders/{TOKEN}/"), None))
    assert TOKEN not in caplog.text
    assert "GET /orders/…/" in caplog.text


def test_every_logger_of_ours_masks() -> None:
    named = {
        name
        for path in PACKAGE.rglob("*.py")
        for found in re.findall(r"getLogger\(([^)]*)\)", path.read_text())
        for dotted in [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")]
        for name in [found.strip('"') if '"' in found else dotted]
        if name.startswith("order_status_plugin")
    }
    assert "order_status_plugin.flow" in named
    assert "order_status_plugin" in named
    bare = [
        name
        for name in named
        if not any(isinstance(each, masking.MaskSecrets) for each in logging.getLogger(name).filters)
    ]
    assert bare == []


def test_gunicorns_own_kind_of_dict_stays_one() -> None:
    class Atoms(dict):
        def __init__(self, atoms: dict[str, str]) -> None:
            super().__init__(atoms)

        def __getitem__(self, name: str) -> str:
            return super().__getitem__(name) if name in self else "-"

    record = logging.LogRecord(
        "gunicorn.access", 20, "f", 1, "%(r)s %({x}i)s", (Atoms({"r": f"GET /o/{TOKEN}/"}),), None
    )
    assert masking.MaskSecrets().filter(record)
    assert record.getMessage() == "GET /o/…/ -"


@pytest.mark.django_db
def test_no_link_and_nothing_typed_reaches_the_log(client: Client, caplog: Any) -> None:
    order = placed()
    link = links.link_for(order)
    forging = Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.DEBUG):
        client.get(f"/orders/{link}x.css")
        client.get(f"/orders/{link}/nothing/")
        client.put(f"/orders/{link}/")
        client.post(f"/orders/{link}/identify/", {"number": "TS-20418", "email": f"wrong-{EMAIL}"})
        forging.post(f"/orders/{link}/identify/", {"number": "TS-20418", "email": EMAIL})
    assert {"django.request", "django.security.csrf"} <= {record.name for record in caplog.records}
    for secret in (link, link[6:30], EMAIL, "TS-20418"):
        assert secret not in caplog.text
