"""Spans along ``flow.py``: one trace from a webhook to what it caused, nothing personal in it, nothing without a provider."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from order_status_plugin import flow, spans
from order_status_plugin.backends import get_host
from order_status_plugin.channels.email import EmailChannel
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking.models import Order
from tests.access.canaries import send, webhook
from tests.orders import PERSONAL, UPS, sent, snapshot


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Take every span while the test runs. A process may set its provider once, so that it is named here by hand."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    yield exporter
    provider.shutdown()


def names(exporter: InMemorySpanExporter) -> set[str]:
    return {span.name.removeprefix("order_status.") for span in exporter.get_finished_spans()}


def called(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == f"order_status.{name}"]


@pytest.mark.django_db(transaction=True)
def test_each_step_of_the_flow_is_a_span_and_none_says_who(
    taken: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any) -> Any:
        raise RuntimeError(f"550 {' '.join(PERSONAL)}")

    host = get_host("shop")
    assert isinstance(host, DemoHost)
    with monkeypatch.context() as patch:
        patch.setattr(DemoHost, "read", refuse)
        host.put(snapshot())
    host.put(snapshot(fulfillments=(sent(),)))
    assert send(webhook(number=UPS)) == 200
    with monkeypatch.context() as patch:
        patch.setattr(EmailChannel, "send", refuse)
        flow.drain_outbox()
    flow.drain_outbox()
    flow.sweep()
    flow.retain()
    assert mail.outbox == []  # it waits after its failure
    wanted = {"nudge", "take_order", "receive", "handle_message", "record", "publish", "drain_outbox", "send", "sweep"}
    assert wanted <= names(taken)
    (order,) = Order.objects.all()
    (send_span,) = [span for span in called(taken, "send") if span.attributes][:1]
    assert send_span.attributes is not None
    assert send_span.attributes["order_status.alias"] == "email"
    published = called(taken, "publish")[0].attributes
    assert published is not None
    assert published["order_status.order"] == order.locator[:8]
    failed = [span for span in taken.get_finished_spans() if span.status.status_code is trace.StatusCode.ERROR]
    assert {span.attributes["error.type"] for span in failed if span.attributes} == {"RuntimeError"}
    said = "\n".join(span.to_json() for span in taken.get_finished_spans())
    assert [word for word in (*PERSONAL, "noor", "Linden", order.locator) if word in said] == []


@pytest.mark.django_db(transaction=True)
def test_a_message_that_waits_goes_on_with_the_trace_of_its_webhook(
    taken: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = get_host("shop")
    assert isinstance(host, DemoHost)
    host.put(snapshot(fulfillments=(sent(),)))
    taken.clear()
    monkeypatch.setattr(inbox, "has_backlog", lambda: True)  # it is left to the worker
    assert send(webhook(number=UPS)) == 202
    assert set(InboxMessage.objects.get().headers) >= {"traceparent"}
    (received,) = called(taken, "receive")
    with spans.span("drained"):
        inbox.drain(flow.handle_message)
    (handled,) = called(taken, "handle_message")
    (drained,) = called(taken, "drained")
    assert handled.context is not None
    assert received.context is not None
    assert drained.context is not None
    assert handled.context.trace_id == received.context.trace_id != drained.context.trace_id
    assert handled.parent is not None
    assert handled.parent.span_id == received.context.span_id
    assert {span.context.trace_id for span in called(taken, "record") if span.context} == {received.context.trace_id}


@pytest.mark.django_db(transaction=True)
def test_messages_that_waited_are_linked_with_their_webhooks(
    taken: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = get_host("shop")
    assert isinstance(host, DemoHost)
    host.put(snapshot(fulfillments=(sent(),)))
    taken.clear()
    monkeypatch.setattr(inbox, "has_backlog", lambda: True)  # they are left to the worker
    for event in ("event-1", "event-2"):
        assert send(webhook(event, UPS)) == 202
    assert all(set(message.headers) >= {"traceparent"} for message in InboxMessage.objects.all())
    received = {span.context.trace_id for span in called(taken, "receive") if span.context}
    flow.drain_inbox()
    (handled,) = called(taken, "handle_messages")
    (drained,) = called(taken, "drain_inbox")
    assert handled.parent is not None
    assert drained.context is not None
    assert handled.parent.span_id == drained.context.span_id
    assert {link.context.trace_id for link in handled.links} == received
    assert len(received) == 2


@pytest.mark.django_db(transaction=True)
def test_handled_at_once_it_stays_below_its_webhook(taken: InMemorySpanExporter) -> None:
    host = get_host("shop")
    assert isinstance(host, DemoHost)
    host.put(snapshot(fulfillments=(sent(),)))
    taken.clear()
    assert send(webhook(number=UPS)) == 200
    (received,), (handled,) = called(taken, "receive"), called(taken, "handle_message")
    assert handled.parent is not None
    assert received.context is not None
    assert handled.parent.span_id == received.context.span_id


@pytest.mark.django_db(transaction=True)
def test_without_a_provider_nothing_is_kept() -> None:
    assert not spans.is_on()
    assert send(webhook(number=UPS)) == 202
    assert "traceparent" not in InboxMessage.objects.get().headers
    assert spans.ids() == {}


def test_without_the_package_all_is_as_before() -> None:
    program = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from order_status_plugin import spans\n"
        "@spans.traced('x')\n"
        "def three():\n"
        "    spans.note(count=3)\n"
        "    with spans.span('y'), spans.resumed({'traceparent': 'z'}):\n"
        "        return 3, spans.carried(), spans.ids()\n"
        "assert three() == (3, {}, {}) and not spans.is_on()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
