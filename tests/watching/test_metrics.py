"""``orders/metrics/``: who is let in, what it says, and that the dashboard asks for nothing else."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

import order_status_plugin
from order_status_plugin.access.links import order_path
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.live import hub
from order_status_plugin.messages.models import ChannelState, OutboxMessage
from order_status_plugin.tracking import record
from order_status_plugin.watching import metrics
from order_status_plugin.worker.models import Pulse
from tests.access.orders import placed

pytestmark = pytest.mark.django_db

URL = "/orders/metrics/"
TOKEN, OLD = "t" * 40, "o" * 40
DASHBOARD = Path(order_status_plugin.__file__).parent / "watching" / "grafana.json"


def ours(**more: Any) -> dict[str, Any]:
    return {**settings.ORDER_STATUS, "METRICS_TOKENS": [TOKEN, OLD], **more}


def ask(token: str = TOKEN) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Return every value by name and labels, as Prometheus reads them; the process is left out."""
    answer = Client().get(URL, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store, private"
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            labels = tuple(sorted(item for item in sample.labels.items() if item[0] != "process"))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def ago(**more: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(**more)


@pytest.mark.parametrize("sent", ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é"])
def test_without_the_token_there_is_no_such_address(sent: str) -> None:
    with override_settings(ORDER_STATUS=ours()):
        answer = Client().get(URL, headers={"Authorization": sent.encode().decode("latin-1")} if sent else {})
    assert answer.status_code == 404
    assert b"order_status_inbox" not in answer.content


def test_nobody_is_let_in_where_nothing_is_set() -> None:
    assert Client().get(URL, headers={"Authorization": "Bearer "}).status_code == 404
    with override_settings(ORDER_STATUS=ours(METRICS_TOKENS=[""])):
        assert Client().get(URL, headers={"Authorization": "Bearer "}).status_code == 404


def test_each_token_and_each_network_lets_in_and_only_for_looking() -> None:
    with override_settings(ORDER_STATUS=ours()):
        assert ask(OLD)
        head = {"Authorization": f"Bearer {TOKEN}"}
        assert Client().head(URL, headers=head).status_code == 200
        assert Client().post(URL, headers=head).status_code == 405
    near = ours(METRICS_TOKENS=[], METRICS_NETWORKS=["10.1.0.0/16", "2001:db8::7"], TRUSTED_PROXIES=["127.0.0.1"])
    with override_settings(ORDER_STATUS=near):
        for address, status in (
            ("10.1.2.3", 200),
            ("10.2.2.3", 404),
            ("2001:db8::7", 200),
            ("2001:db8::8", 404),
            ("127.0.0.1", 404),
        ):
            assert Client(REMOTE_ADDR=address).get(URL).status_code == status, address
        # Behind our proxy it is the visitor who counts, and not what the visitor says of himself.
        for said, status in (("10.1.2.3", 200), ("10.1.2.3, 192.0.2.1", 404)):
            assert Client(REMOTE_ADDR="127.0.0.1").get(URL, headers={"X-Forwarded-For": said}).status_code == status


@pytest.mark.parametrize("wrong", [{"METRICS_TOKENS": ["short"]}, {"METRICS_NETWORKS": ["10.0.0.0/40"]}])
def test_a_check_names_weak_tokens_and_what_is_no_network(wrong: dict[str, Any]) -> None:
    with override_settings(ORDER_STATUS=ours(**wrong)):
        assert [each.id for each in run_checks() if each.id == "order_status.E017"] == ["order_status.E017"]


@override_settings(ORDER_STATUS=ours())
def test_it_says_what_waits_and_since_when() -> None:
    order = record.first_sight("shop", "secret-reference")
    for number, (state, minutes) in enumerate(
        (("received", 5), ("received", 2), ("received", -5), ("waiting", 60), ("failed", 60), ("handled", 60))
    ):
        InboxMessage.objects.create(
            alias="aftership", key=str(number), digest="d", body=b"secret", state=state,
            received_at=ago(hours=1), due_at=ago(minutes=minutes),
        )  # fmt: skip
    for number, (state, minutes) in enumerate(
        (("pending", 10), ("pending", -60), ("dead", 1), ("unknown", 1), ("sent", 1))
    ):
        OutboxMessage.objects.create(
            key=str(number), order=order, milestone="shipped", subject="order", channel="email", recipient_digest="d",
            state=state, happened_at=ago(hours=1), created_at=ago(hours=1), due_at=ago(minutes=minutes),
        )  # fmt: skip
    ChannelState.objects.create(alias="email", failures=6, open_until=ago(minutes=-5))
    for worker, beat, asked in (("a.1", 2, 1), ("b.1", 9, 5), ("c.1", 42, 5), ("d.1", 900, 900)):
        Pulse.objects.create(name=f"pulse:{worker}", beat_at=ago(seconds=beat), woken_at=ago(seconds=asked))
    found = ask()
    inbox = found["order_status_inbox_messages"]
    states = ("received", "waiting", "failed")
    depth = {state: inbox[(("source", "aftership"), ("state", state))] for state in states}
    assert depth == {"received": 3, "waiting": 1, "failed": 1}
    assert inbox[(("source", "manual"), ("state", "received"))] == 0, "an alert needs a value that is nothing"
    assert 299 < found["order_status_inbox_lag_seconds"][(("source", "aftership"),)] < 330
    email = (("channel", "email"),)
    assert found["order_status_outbox_messages"][email] == 2
    assert 599 < found["order_status_outbox_age_seconds"][email] < 630
    assert found["order_status_outbox_dead_letters"] == {
        (*email, ("state", "dead")): 1,
        (*email, ("state", "unknown")): 1,
    }
    assert found["order_status_channel_left_in_peace"][email] == 1
    assert 1 < found["order_status_worker_silent_seconds"][()] < 30
    assert found["order_status_workers_alive"][()] == 2
    assert "secret" not in str(found)


@override_settings(ORDER_STATUS=ours())
def test_it_counts_kept_pages_and_streams_of_the_process_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    path, before = order_path(placed()), ask()["order_status_kept_pages_total"]
    for _turn in range(3):
        assert Client().get(path).status_code == 200
    after = ask()["order_status_kept_pages_total"]
    assert {key: after[key] - before[key] for key in after} == {(("result", "hit"),): 2, (("result", "miss"),): 1}
    monkeypatch.setattr(hub, "_open_hubs", lambda: [type("Hub", (), {"count": 7}), type("Hub", (), {"count": 5})])
    assert ask()["order_status_streams_open"][()] == 12
    answer = Client().get(URL, headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert re.search(r'order_status_streams_open\{process="[^"]+:\d+"\} 12', answer)


@override_settings(ORDER_STATUS=ours())
def test_a_database_that_fails_is_said_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise OperationalError("password authentication failed for user secret")

    monkeypatch.setattr(metrics, "read", fail)
    answer = Client().get(URL, headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, b"secret" in answer.content) == (503, False)


@override_settings(ORDER_STATUS=ours())
def test_it_costs_the_same_few_queries_however_much_waits(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(20):
        ask()


def test_the_dashboard_asks_for_metrics_that_there_are_and_shows_each() -> None:
    board = json.loads(DASHBOARD.read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    named = {name for expr in asked for name in re.findall(r"\border_status_\w+", expr)}
    known = {family.name for family in metrics.read()}
    assert named - known == set()
    assert known - named == {"order_status_info", "order_status_streams_limit"} - named
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in board["panels"] if panel.get("targets"))
