"""What stands in a log of ours opens nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.log import AdminEmailHandler

import order_status_plugin
from order_status_plugin.access import codes, devices, links, passes
from order_status_plugin.feedback import give
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


class Reports(AdminEmailHandler):
    """Django's reports to the shop's admins, as text and as HTML, instead of mails."""

    def __init__(self) -> None:
        super().__init__(include_html=True)
        self.sent: list[str] = []

    def send_mail(self, subject: Any, message: Any, *args: Any, **kwargs: Any) -> None:
        self.sent.append(f"{subject}\n{message}\n{kwargs['html_message']}")


@pytest.fixture
def reports() -> Iterator[list[str]]:
    handler, logger = Reports(), logging.getLogger("django.request")
    logger.addHandler(handler)
    yield handler.sent
    logger.removeHandler(handler)


def fails(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("broken")


def is_busy(*args: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)


@pytest.mark.django_db
@pytest.mark.parametrize("failing", [fails, is_busy])
def test_a_report_to_the_shops_admins_opens_nothing(reports: list[str], monkeypatch: Any, failing: Any) -> None:
    order = placed()
    link = links.link_for(order)
    path = f"/orders/{link}/"
    client = Client(raise_request_exception=False, REQUEST_URI=path, RAW_URI=path, HTTP_REFERER=f"https://x.org{path}")
    names = (codes.COOKIE, devices.COOKIE, give.COOKIE, passes._COOKIE, "csrftoken", "sessionid", "order-status")
    for number, name in enumerate(names):
        client.cookies[name] = f"biscuit-{number}"
    monkeypatch.setattr("order_status_plugin.page.views.render_status", failing)
    monkeypatch.setattr("order_status_plugin.page.identify.render_status", failing)
    client.get(path, {"typed": "a word"}, secure=True)
    client.post(f"{path}identify/", {"number": "TS-1", "email": EMAIL}, secure=True)
    assert len(reports) == 2
    for report in reports:
        assert ("RuntimeError" in report) == (failing is fails)
        assert "/identify/$" in reports[1]
        for secret in (link, link[6:30], EMAIL, "TS-1", "biscuit-", "a word", order.number, "127.0.0.1"):
            assert secret not in report
