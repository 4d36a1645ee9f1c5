"""A box in the checkout: what was answered is in the ledger before the order is read, and belongs to its address."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from oscar.core.loading import get_class

from order_status_plugin.hosts.oscar import consents
from order_status_plugin.hosts.oscar.consents import AsksForMessages, KeepsAnswers, TakesAnswers
from order_status_plugin.messages.ledger import ConsentEntry

from .shop import ADDRESS, EMAIL, place

pytestmark = pytest.mark.django_db(transaction=True)

ShippingAddressForm = get_class("checkout.forms", "ShippingAddressForm")


class AskingForm(AsksForMessages, ShippingAddressForm):  # type: ignore[misc, valid-type]
    order_status_asks = {"email": "Mail me about my parcel.", "pigeon": "Send a pigeon."}
    order_status_wording = "7"


@pytest.mark.parametrize("ticked", [True, False])
def test_the_form_asks_for_what_the_shop_can_do(ticked: bool) -> None:
    form = AskingForm({**ADDRESS, "country": "PT", **({"order_status_email": "on"} if ticked else {})})
    assert isinstance(form.fields["order_status_email"], forms.BooleanField)
    assert "order_status_pigeon" not in form.fields
    form.full_clean()
    (said,) = form.order_status_answers("203.0.113.9")
    assert (said["channel"], said["is_given"], said["wording"]) == ("email", ticked, "Mail me about my parcel.")
    assert (said["version"], said["locale"]) == ("7", "en")


def test_what_was_ticked_is_the_orders() -> None:
    said = consents._snapshot(
        {
            "channel": "email",
            "is_given": True,
            "wording": "Mail me",
            "version": "7",
            "locale": "en",
            "ip_address": "203.0.113.9",
            "happened_at": "2026-07-01T12:00:00+00:00",
        }
    )
    with consents.answered([said]):
        place()
    place()
    entry = ConsentEntry.objects.get()
    assert (entry.source, entry.recipient_masked, entry.network) == (
        "checkout",
        f"{EMAIL[0]}•••@{EMAIL.partition('@')[2]}",
        "203.0.113.0/24",
    )
    assert entry.recipient_digest
    assert entry.order.number


def test_the_session_keeps_it_between_the_pages() -> None:
    session: dict[str, Any] = {}

    class Session:
        def _set(self, namespace: str, key: str, value: Any) -> None:
            session[f"{namespace}.{key}"] = value

        def _get(self, namespace: str, key: str) -> Any:
            return session.get(f"{namespace}.{key}")

    class View:
        checkout_session = Session()
        request = type("Request", (), {"META": {"REMOTE_ADDR": "203.0.113.9"}})()

        def form_valid(self, form: Any) -> str:
            return "next step"

        def place_order(self) -> tuple[Any, ...]:
            return consents.answers_now()

    class Both(KeepsAnswers, TakesAnswers, View):
        pass

    assert Both().place_order() == ()
    form = AskingForm({**ADDRESS, "country": "PT", "order_status_email": "on"})
    form.full_clean()
    assert Both().form_valid(form) == "next step"
    (said,) = Both().place_order()
    assert (said.channel, said.is_given, said.ip_address) == ("email", True, "203.0.113.9")
    assert said.happened_at is not None
