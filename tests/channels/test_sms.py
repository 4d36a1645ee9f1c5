"""Whom text messages reach, where they may go, what a batch does when the provider is out of reach."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from order_status_plugin.channels.base import Message, Receipt
from order_status_plugin.channels.console import ConsoleSms
from order_status_plugin.channels.sms import SmsChannel
from order_status_plugin.events import Address, ContactSnapshot, Medium
from order_status_plugin.exceptions import AccessDenied, GoneRecipient, TemporaryFailure


class Pigeon(SmsChannel):
    fails: ClassVar[dict[str, Exception]] = {}
    flown: ClassVar[list[str]] = []

    def deliver(self, message: Message, text: str) -> str:
        self.flown.append(message.key)
        if error := self.fails.get(message.key):
            raise error
        return f"id of {text}"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Pigeon.fails, Pigeon.flown = {}, []


def contact(phone: str, country: str = "", billed: str = "") -> ContactSnapshot:
    return ContactSnapshot(
        phone=phone, shipping_address=Address(country=country), billing_address=Address(country=billed)
    )


def message(key: str, text: str = "t", recipient: str = "+351912345678") -> Message:
    return Message(key=key, recipient=recipient, subject="s", text=text)


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"sender": "Tilia Sal"}, "link"),
        ({"sender": "+15005550006"}, ""),
        ({"sender": "20500"}, ""),
        ({"messaging_service_sid": "MG1"}, ""),
        ({"sender": "Tilia Sal", "stop_hint": ""}, ""),
        ({"sender": "Tilia Sal", "stop_hint": "word"}, "word"),
        ({"sender": "20500", "stop_hint": "link"}, "link"),
    ],
)
def test_who_cannot_answer_finds_a_link_to_stop(options: dict[str, str], hint: str) -> None:
    assert Pigeon("sms", options).stop_hint() == hint


@pytest.mark.parametrize(
    ("who", "options", "expected"),
    [
        (contact("+351 912 345 678"), {}, "+351912345678"),
        (contact("912 345 678", "PT"), {}, "+351912345678"),
        (contact("06 12 34 56 78", "FR"), {}, "+33612345678"),
        (contact("06 12 34 56 78", "", "FR"), {}, "+33612345678"),
        (contact("06 12 34 56 78"), {"countries": ["FR"]}, "+33612345678"),
        (contact("06 12 34 56 78"), {"countries": ["FR", "PT"]}, ""),  # of which?
        (contact("06 12 34 56 78"), {}, ""),
        (contact("0612345678", "PT"), {}, ""),  # no number there
        (contact("+44 7400 123456", "PT"), {}, "+447400123456"),  # its own country counts
        (contact("00351912345678", "PT"), {}, "+351912345678"),
        (contact("+351 212 345 678", "PT"), {}, ""),  # a landline
        (contact("+1 202 555 0123"), {}, "+12025550123"),  # nobody can tell there
        (contact("+33 891 23 45 67"), {}, ""),  # dear to call
        (contact("+351912345678"), {"countries": ["pt"]}, "+351912345678"),
        (contact("+351912345678"), {"countries": ["ES", "FR"]}, ""),
        (contact("+351912345678"), {"countries": []}, ""),
        (contact("+1 416 555 0123"), {"countries": ["US"]}, ""),  # Canada's, though +1
        (contact("+882 13 300 655", "PT"), {"countries": ["PT"]}, ""),  # satellites
        (contact(""), {}, ""),
        (contact("none"), {}, ""),
        (contact("a@b.example"), {}, ""),
    ],
)
def test_whom_it_reaches(who: ContactSnapshot, options: dict[str, Any], expected: str) -> None:
    assert Pigeon("sms", options).recipient(who) == expected


def test_what_it_is() -> None:
    assert (Pigeon.medium, Pigeon.rings, Pigeon.takes_notices) == (Medium.SMS, True, False)


def test_a_wrong_password_is_asked_once() -> None:
    Pigeon.fails = {"2": AccessDenied("no")}
    results = Pigeon("sms", {}).send([message("1"), message("2"), message("3")])
    assert isinstance(results["1"], Receipt)
    assert [type(results[key]) for key in "23"] == [AccessDenied] * 2
    assert Pigeon.flown == ["1", "2"]  # nobody knocks again at a closed door


def test_haste_leaves_the_rest_for_later() -> None:
    Pigeon.fails = {"1": TemporaryFailure("slow", retry_after=9)}
    results = Pigeon("sms", {}).send([message("1"), message("2")])
    assert [getattr(results[key], "retry_after", None) for key in "12"] == [9, 9]


def test_a_gone_number_stops_no_other() -> None:
    Pigeon.fails = {"1": GoneRecipient("gone")}
    results = Pigeon("sms", {}).send([message("1"), message("2")])
    assert isinstance(results["1"], GoneRecipient)
    assert isinstance(results["2"], Receipt)


def test_curly_quotes_are_not_paid_for() -> None:
    results = Pigeon("sms", {}).send([message("1", "It’s here")])
    assert results["1"] == Receipt(provider_id="id of It's here")


def ids(**options: Any) -> list[str | None]:
    return [found.id for found in Pigeon("sms", options).check()]


def test_checks() -> None:
    good: dict[str, Any] = {"countries": ["PT"], "budget": {"hour": 5, "day": 0}, "prices": {"PT": "0.04", "*": 1}}
    assert ids(**good) == []
    assert ids() == ["order_status.W311"]
    for countries in ("PT", ["Portugal"], ["XX"], {"PT": 1}):
        assert ids(**{**good, "countries": countries}) == ["order_status.E311"], countries
    for budget in (5, {"week": 5}, {"hour": "5"}, {"hour": -1}, {"hour": True}):
        assert ids(**{**good, "budget": budget}) == ["order_status.E312"], budget
    for prices in ("0.04", {"PT": "dear"}, {"PT": -1}, {1: "0.04"}):
        assert ids(**{**good, "prices": prices}) == ["order_status.E313"], prices


def test_the_budget_has_a_default() -> None:
    assert Pigeon("sms", {}).budget() == {"hour": 1000, "day": 10_000}
    assert Pigeon("sms", {"budget": {"day": 3}}).budget() == {"day": 3}


def test_what_it_costs() -> None:
    channel = Pigeon("sms", {"prices": {"PT": "0.04", "*": "0.1"}})
    assert channel.cost("+351912345678", "a" * 161) == Decimal("0.08")
    assert channel.cost("+33612345678", "It’s") == Decimal("0.1")
    assert Pigeon("sms", {}).cost("+33612345678", "a") is None


# --- the console --------------------------------------------------------------------------------------


def test_the_console_prints(capsys: pytest.CaptureFixture[str]) -> None:
    results = ConsoleSms("sms", {}).send([message("k1", "On its way.\nhttps://shop.example/")])
    said = capsys.readouterr().out
    assert "SMS to +351912345678 (33 GSM-7, 1 segment(s))\nOn its way.\nhttps://shop.example/\n" in said
    assert results["k1"] == Receipt(provider_id="k1")


def test_the_console_fills_a_folder(tmp_path: Path) -> None:
    channel = ConsoleSms("sms", {"folder": tmp_path / "sms", "prices": {"*": "0.05"}, "sender": "Tilia"})
    for _ in range(2):
        channel.send([message("k1", "On its way ✓")])
    assert [path.name for path in (tmp_path / "sms").iterdir()] == ["k1.json"]
    told = json.loads((tmp_path / "sms" / "k1.json").read_text())
    assert told["text"] == "On its way ✓"
    assert (told["to"], told["from"], told["encoding"], told["segments"], told["cost"]) == (
        "+351912345678", "Tilia", "UCS-2", 1, "0.05",
    )  # fmt: skip


def test_the_console_takes_numbers_of_films() -> None:
    """A demo must not ring at anybody's: Ofcom's and Arcep's numbers for films are given to nobody."""
    channel = ConsoleSms("sms", {"countries": ["GB", "FR"]})
    assert channel.recipient(contact("+447700900123")) == "+447700900123"
    assert channel.recipient(contact("+33639980010")) == "+33639980010"
    assert Pigeon("sms", {}).recipient(contact("+447700900123")) == ""
    assert channel.recipient(contact("+351 212 345 678")) == ""
    assert ConsoleSms("sms", {}).check() == []
