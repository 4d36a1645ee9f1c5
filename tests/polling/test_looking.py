"""What staff, monitors and the command line see of polling, and what they can do."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from order_status_plugin import checks, flow
from order_status_plugin.polling.models import Poll, SourceState
from order_status_plugin.testing.provider import Reply

from .conftest import Shop
from .provider import Known


def command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("order_status_poll", *arguments, stdout=out)
    return out.getvalue()


def health() -> tuple[dict[str, Any], str]:
    answer = Client().get("/orders/health/").json()
    return answer, " ".join(answer["reasons"])


def staff(*permissions: str) -> Client:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, model: str, action: str, *rows: Any) -> Any:
    url = reverse(f"admin:order_status_plugin_{model}_changelist")
    return client.post(url, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)


# --- the command ------------------------------------------------------------------------------------


def test_the_command_asks_and_says_how_each_source_is(shop: Shop, known: Known) -> None:
    shop.send("A1", "A2")
    assert "2 due (dry run: nobody was asked)" in command("--dry-run")
    assert known.asked == []
    said = command()
    assert "2 parcels asked about." in said
    assert "little: 0 to ask about, 0 to register, 999 calls free" in said


def test_the_command_asks_about_one_order_whatever_is_due(shop: Shop, known: Known) -> None:
    shop.send("A1", reference="1")
    shop.send("A2", reference="2")
    flow.drain_polls()
    known.asked.clear()
    assert "1 parcels asked about" in command("--order", "2")
    assert known.asked == [["A2"]]
    assert "0 parcels asked about" in command()


def test_the_command_says_who_is_left_in_peace(shop: Shop, known: Known) -> None:
    shop.send("A1")
    known.instead = [Reply(status=403)]
    command()
    assert "left in peace until 2026-06-01 09:00:00" in command()
    assert "answered 403" in command()


@pytest.mark.parametrize("arguments", [["--source", "nobody"], ["--order", "nothing"]])
def test_the_command_names_what_it_cannot_find(shop: Shop, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=arguments[1]):
        command(*arguments)


def test_the_command_says_when_nobody_is_asked_about_an_order(shop: Shop) -> None:
    shop.send("")
    with pytest.raises(CommandError, match="No source is asked"):
        command("--order", "1")


# --- health -----------------------------------------------------------------------------------------


def test_health_is_content_while_sources_answer(shop: Shop) -> None:
    shop.send("A1")
    flow.drain_polls()
    said, reasons = health()
    assert (said["sources_paused"], said["sources_late"]) == (None, None)
    assert "little" not in reasons


def test_health_names_a_source_that_refuses_us(shop: Shop, known: Known) -> None:
    shop.send("A1")
    known.instead = [Reply(status=401)]
    flow.drain_polls()
    said, reasons = health()
    assert said["sources_paused"] == ["little"]
    assert "little does not answer, or refuses us" in reasons


def test_a_short_pause_is_nobodys_business_and_a_long_one_is(shop: Shop, known: Known) -> None:
    shop.send("A1")
    flow.drain_polls()
    shop.later(minutes=20)
    SourceState.objects.update(failures=3, open_until=timezone.now() + dt.timedelta(hours=1))
    said, reasons = health()
    assert (said["sources_paused"], "little" in reasons) == (["little"], False)
    shop.later(minutes=20)
    assert "little" in health()[1]


def test_health_names_a_source_that_lags(shop: Shop) -> None:
    shop.send("A1")
    shop.later(hours=7)
    said, reasons = health()
    assert said["sources_late"] == ["little"]
    assert "little lags" in reasons


# --- the admin --------------------------------------------------------------------------------------


def test_staff_see_polls_and_ask_now(shop: Shop, known: Known, admin_client: Client) -> None:
    shop.send("A1")
    flow.drain_polls()
    [row] = Poll.objects.all()
    for url in ("poll_changelist", "sourcestate_changelist"):
        assert admin_client.get(reverse(f"admin:order_status_plugin_{url}")).status_code == 200
    page = admin_client.get(reverse("admin:order_status_plugin_poll_change", args=[row.pk]))
    assert page.status_code == 200
    assert "1 parcel is asked about now." in act(admin_client, "poll", "ask_selected", row).content.decode()
    assert flow.drain_polls() == 1


def test_staff_close_a_breaker(shop: Shop, known: Known, admin_client: Client) -> None:
    shop.send("A1")
    known.instead = [Reply(status=401)]
    flow.drain_polls()
    [state] = SourceState.objects.all()
    page = admin_client.get(reverse("admin:order_status_plugin_sourcestate_change", args=["little"]))
    assert "answered 401" in page.content.decode()
    assert "1 source is asked again." in act(admin_client, "sourcestate", "close_selected", state).content.decode()
    shop.later(minutes=3)
    assert flow.drain_polls() == 1


def test_who_may_only_look_can_do_nothing(shop: Shop) -> None:
    shop.send("A1")
    flow.drain_polls()
    viewer = staff("view_poll", "view_sourcestate")
    [row], [state] = Poll.objects.all(), SourceState.objects.all()
    due = row.due_at
    act(viewer, "poll", "ask_selected", row)
    SourceState.objects.update(failures=7)
    act(viewer, "sourcestate", "close_selected", state)
    row.refresh_from_db()
    state.refresh_from_db()
    assert (row.due_at, state.failures) == (due, 7)


# --- system checks ----------------------------------------------------------------------------------


def found() -> set[str | None]:
    return {message.id for message in checks.check_sources()}


def test_a_source_that_hears_nothing_is_named(shop: Shop, options: dict[str, Any]) -> None:
    assert found() == set()
    options["url"] = ""
    assert found() == {"order_status.W402"}
    options["pushed"] = True
    assert found() == set()
    options |= {"pushed": False, "carriers": []}
    assert found() == set()


@pytest.mark.parametrize(
    "budgets", [5, "5/s", [5], [[0, 60]], [[5, 0]], [[5, -1]], [["x", 1]], [[1, 2, 3]], [[5, 1e99]]]
)
def test_budgets_that_cannot_be_read_are_named_and_stop_no_order(
    shop: Shop, options: dict[str, Any], budgets: Any
) -> None:
    options["budgets"] = budgets
    assert "order_status.E404" in found()
    shop.send("A1")
    assert flow.drain_polls() == 0
