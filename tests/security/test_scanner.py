"""Programs that read mail open every link, run its script and press its buttons: that must do nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.test import Client

from order_status_plugin.access import claims
from order_status_plugin.access.models import AttemptCount, Grant, MailedCode, SpentClaim
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.security.canaries import Bird

from .visits import ALLOWED, addresses, leaks, rows, with_doctor

pytestmark = pytest.mark.django_db

#: What a scanner may make beside the allowed rows: a wish for a mail, which stays a wish (no order is meant by it).
WISHES = {"MailedCode", "LinksRequest"}


@pytest.fixture
def bird(settings: Any) -> Bird:
    with_doctor(settings)
    bird = Bird()
    bird.make_ready()
    return bird


class Scanner:
    """Opens what it is given, and what that leads to; fills in forms with what comes to its mind."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self.seen: list[str] = []
        self.posted: list[str] = []
        self.is_posting = False

    def open(self, path: str) -> None:
        for method in ("head", "get", "get"):
            answer = getattr(self.client, method)(path, secure=True)
            self._read(answer)
        if self.is_posting and "text/html" in answer.headers.get("Content-Type", ""):
            for form in BeautifulSoup(answer.content, "html.parser").find_all("form"):
                self._post(path, form)

    def _read(self, answer: Any) -> None:
        assert answer.status_code < 500 or "health" in answer.request["PATH_INFO"]
        self.seen.append(f"{answer.headers}\n{answer.content.decode(errors='replace')}")

    def _post(self, path: str, form: Any) -> None:
        fields: dict[str, str] = {}
        for element in form.find_all(["input", "select", "button", "textarea"]):
            name, value = element.get("name"), element.get("value", "")
            if not name or element.get("type") == "checkbox":  # ticking is a human's word
                continue
            if element.name == "select":
                value = element.find("option")["value"]
            fields[name] = value or "scanner@example.org"
        target = urlsplit(urljoin(path, form.get("action") or path)).path
        self.posted.append(target)
        for _turn in range(2):
            if form.get("method", "get").lower() == "post":
                self._read(self.client.post(target, fields, secure=True))


def test_head_and_get_change_nothing_but_kept_pages_and_day_rounded_counters(bird: Bird) -> None:
    paths = addresses(bird)
    before = rows({"KeptPage", "AttemptCount"})
    scanner = Scanner()
    for path in paths:
        scanner.open(path)
    assert rows({"KeptPage", "AttemptCount"}) == before
    # Who calls the push API without a key is counted, whatever the method.
    assert not AttemptCount.objects.exclude(key__startswith="api address:").exists()
    assert leaks(bird, "\n".join(scanner.seen)) == []
    assert not scanner.client.cookies.get("__Host-order-status")


def test_posting_every_form_without_the_humans_knowledge_unlocks_spends_and_sends_nothing(bird: Bird) -> None:
    OutboxMessage.objects.all().delete()
    paths = [path for path in addresses(bird) if "/unsubscribe/" not in path]
    before = rows(ALLOWED | WISHES)
    scanner = Scanner()
    scanner.is_posting = True
    for path in paths:
        scanner.open(path)
    assert f"{bird.path}identify/" in scanner.posted
    assert any("/devices/" in path for path in scanner.posted)
    assert {"/orders/", "/orders/code/"} <= set(scanner.posted)
    assert rows(ALLOWED | WISHES) == before
    assert not Grant.objects.exists()
    assert not MailedCode.objects.exclude(order=None).exists()
    assert not SpentClaim.objects.exists()
    assert mail.outbox == []
    assert leaks(bird, "\n".join(scanner.seen)) == []


def test_the_way_out_of_messages_asks_a_human_on_get(bird: Bird) -> None:
    """The one button without knowledge (RFC 8058 wants it so) turns mails off, and the same page turns them on again."""
    path = next(path for path in addresses(bird) if "/unsubscribe/" in path)
    before = rows()
    Client().get(path)
    Client().head(path)
    assert rows() == before


def test_a_claim_in_an_address_is_not_spent(bird: Bird) -> None:
    code = claims.code_for(bird.order.host, bird.order.reference)
    for method in ("get", "head", "options"):
        getattr(Client(), method)("/orders/claim/", {"code": code})
    assert not SpentClaim.objects.exists()
    answer = Client().post("/orders/claim/", {"code": code}, secure=True)
    assert "__Host-order-status" in answer.cookies
