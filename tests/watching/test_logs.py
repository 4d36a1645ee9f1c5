"""Lines as JSON: what they hold, and that whole flows, failures included, leave nothing personal in them."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import DataError
from django.test import Client

from order_status_plugin import flow
from order_status_plugin.access import erase, links
from order_status_plugin.access.audit import SYSTEM
from order_status_plugin.backends import get_host
from order_status_plugin.channels.email import EmailChannel
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from order_status_plugin.watching import logs
from tests.access.canaries import send, webhook
from tests.orders import PERSONAL, UPS, sent, snapshot


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the root logger would write to a file, from DEBUG on."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    handler.addFilter(lambda record: not record.name.startswith("django.db"))  # its SQL is told to nobody but DEBUG
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_with_known_fields(lines: io.StringIO) -> None:
    logger = logging.getLogger("order_status_plugin.flow")
    try:
        try:
            raise KeyError("Key (email)=(noor@example.org) already exists")
        except KeyError as error:
            raise DataError("row of Noor de Vries") from error
    except DataError:
        logger.exception("two\nlines of %s", "shop", extra={"alias": "shop", "order": "AbCd-_12", "password": "x"})
    (line,) = read(lines)
    assert line.pop("time").endswith("+00:00")
    assert line.pop("where")[-1].startswith("tests/watching/test_logs.py:")
    assert line.pop("process") > 0
    assert line == {
        "level": "ERROR",
        "logger": "order_status_plugin.flow",
        "said": "two\nlines of shop",
        "alias": "shop",
        "order": "AbCd-_12",
        "error": ["django.db.utils.DataError", "KeyError"],
        "thread": "MainThread",
    }


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("refused <noor@example.org>: over quota", "refused <…@…>: over quota"),
        ("/a,noor@example.org@b/@tom@example.org", "/a,…@…"),
        ("@noor@example.org, ab@", "@…@…, ab@"),
        ("call +31 6 12 34 56 42 back", "call … back"),
        ("call 0031612345642", "call …"),
        ("took 1234567890 ns, id 42, 2026-11-29 10:00:00", "took 1234567890 ns, id 42, 2026-11-29 10:00:00"),
        ("GET /orders/" + "x" * 43 + "/ HTTP/1.1", "GET /orders/…/ HTTP/1.1"),
        ("127.0.0.1:8000 and 10.0.0.1", "127.0.0.1:8000 and 10.0.0.1"),
    ],
)
def test_what_looks_like_a_way_to_reach_somebody_is_taken_out(said: str, written: str) -> None:
    assert logs.scrub(said) == written


@pytest.mark.parametrize(
    "said", ["@" + "a" * 200_000, "a" * 200_000 + ",@", "a@," * 70_000, "@" * 200_000, "+1" * 40_000 + "@"]
)
def test_a_line_that_a_stranger_makes_long_costs_little(said: str) -> None:
    before = time.thread_time()
    logs.scrub(said)
    assert time.thread_time() - before < 1  # from each letter on, it would take minutes


def test_an_exception_as_an_argument_is_its_kind(lines: io.StringIO) -> None:
    logging.getLogger("anybody").warning("%s does not answer: %s", "ups", OSError("Lindenlaan 14"))
    assert read(lines)[0]["said"] == "ups does not answer: OSError"


QUOTES = " ".join((*PERSONAL, "+31 6 12345642"))


def failing(*args: Any, **kwargs: Any) -> Any:
    """Fail as other people's code does: with all that it was given in its words."""
    raise RuntimeError(f"Failing row contains ({QUOTES}).")


def failing_database(*args: Any, **kwargs: Any) -> Any:
    raise DataError(f"Key (email)=({QUOTES}) already exists.")


@pytest.mark.django_db(transaction=True)
def test_whole_flows_leave_nothing_personal(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    host, client = get_host("shop"), Client(raise_request_exception=False)
    assert isinstance(host, DemoHost)
    # A shop that cannot be read, a database that quotes the row, then all is well.
    for broken in (failing, failing_database):
        with monkeypatch.context() as patch:
            patch.setattr(DemoHost, "read", broken)
            host.put(snapshot())
        with monkeypatch.context() as patch:
            patch.setattr(record, "first_sight", broken)
            host.put(snapshot())
    host.put(snapshot(fulfillments=(sent(),)))
    order = Order.objects.get()
    link = links.link_for(order)
    # Scans: one that fails in our code, one that the database refuses, one that comes in.
    for number, broken in enumerate((failing, failing_database)):
        with monkeypatch.context() as patch:
            patch.setattr(record, "tracking_each", broken)
            assert send(webhook(f"event-{number}", UPS)) == 202
    assert send(webhook("event-9", UPS)) == 200
    assert send(b"{" + QUOTES.encode()) == 202
    # Mails: refused with the address in the words, then sent.
    for broken in (failing, failing_database):
        with monkeypatch.context() as patch:
            patch.setattr(EmailChannel, "send", broken)
            flow.drain_outbox()
    with monkeypatch.context() as patch:
        patch.setattr("order_status_plugin.messages.delivery.compose", failing)
        OutboxMessage.objects.update(due_at=order.placed_at)
        flow.drain_outbox()
    OutboxMessage.objects.update(due_at=order.placed_at)
    flow.drain_outbox()
    # Visitors: right and wrong, and a page that breaks.
    for path in (
        f"/orders/{link}/",
        f"/orders/{link}x.css",
        f"/orders/{link}/nothing/",
        f"/orders/unsubscribe/{link}/",
    ):
        client.get(path)
    client.post(f"/orders/{link}/identify/", {"number": "TS-20418", "email": "someone.else@example.org"})
    client.post(f"/orders/{link}/identify/", {"number": "TS-20418", "email": "noor@example.org"})
    client.post("/orders/links/", {"email": "noor@example.org"})
    with monkeypatch.context() as patch:
        patch.setattr("order_status_plugin.page.views.render_status", failing)
        client.get(f"/orders/{link}/")
    flow.drain_inbox()
    assert InboxMessage.objects.filter(state="failed").exists()
    flow.sweep()
    flow.retain()
    erase.erase(order, SYSTEM)

    said = read(lines)
    heard = {line["logger"] for line in said}
    ours = {f"order_status_plugin.{name}" for name in ("flow", "intake.inbox", "messages.delivery")}
    assert ours <= heard, "the check is blind"
    assert {"RuntimeError", "django.db.utils.DataError"} <= {line["error"][0] for line in said if "error" in line}
    assert mail.outbox
    text = lines.getvalue()
    secrets = (*PERSONAL, "noor", "someone.else", "61234", "canary", link, link[6:30], order.locator, "Failing row")
    assert [word for word in secrets if word.casefold() in text.casefold()] == []


@pytest.mark.django_db
def test_without_exceptions_words_no_message_of_ours_is_personal_either(
    caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: Any
) -> None:
    """Whatever formatter a shop has: a message itself never names number, person or address."""
    with django_capture_on_commit_callbacks(execute=True):
        flow.nudge("shop", "TS-20418")
    assert "could not be read" in caplog.text
    assert [record.getMessage() for record in caplog.records if "TS-20418" in record.getMessage()] == []
