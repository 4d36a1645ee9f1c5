"""Spoilt bodies of every provider: read or refused, kept, and never an error of ours."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin import flow
from order_status_plugin.backends import import_string
from order_status_plugin.events import DeliveryWindow, ParcelStatus, Place, TrackedParcel, TrackingScan, TrackingUpdate
from order_status_plugin.exceptions import OrderStatusError, UnreadableMessage
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.sources.base import Webhook
from order_status_plugin.testing.provider import Call, Provider, Reply
from order_status_plugin.testing.shop import Shop
from order_status_plugin.testing.sources import JOURNEY
from order_status_plugin.tracking.models import Parcel

from .mutate import mutated
from .plays import NUMBER, PLAYED

#: Bodies through the door, by volume.
MANY = {"light": 25, "moderate": 50, "full": 1000}


def told() -> TrackingUpdate:
    """Return an update with everything that a play can tell."""
    start = (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).replace(tzinfo=None, microsecond=0)
    place = Place(
        text="KÖLN, DE", city="KÖLN", region="NW", postcode="50667", country="DE", latitude=50.9, longitude=6.9
    )
    scans = [
        TrackingScan(
            status=status,
            local_time=start + dt.timedelta(hours=6 * step),
            utc_offset=60,
            message="Departed 📦",
            place=place,
        )
        for step, status in enumerate((*JOURNEY, ParcelStatus.RETURNING))
    ]
    return TrackingUpdate(
        tracking_number=NUMBER,
        carrier="ups",
        scans=tuple(scans),
        window=DeliveryWindow(
            earliest=start.date(), latest=start.date() + dt.timedelta(days=1), stated_at=start.replace(tzinfo=dt.UTC)
        ),
        signed_by="M. Förster",
        pickup_place="Kiosk",
        handed_to="usps",
        handed_number="9400111899223818218407",
        proof_url="https://example.org/proof",
    )


def answers(name: str) -> list[bytes]:
    """Return what the provider answers about the parcel, [] where it is not asked."""
    played = PLAYED[name]
    ours: list[bytes] = []
    with Provider(lambda call: played.play.reply(call, {NUMBER: told()})) as provider:
        source = import_string(played.backend)(name, options(name, provider.url))
        if source.is_asked():
            parcel = TrackedParcel(tracking_number=NUMBER, carrier="ups", sent_at=dt.datetime.now(dt.UTC))
            ours = [answer.body for answer in source.fetch([parcel])]
    return ours


def options(name: str, url: str = "http://127.0.0.1:9") -> dict[str, Any]:
    played = PLAYED[name]
    return {"secrets": list(played.secrets), "url": url, **played.options}


@pytest.mark.parametrize("name", PLAYED)
def test_whatever_comes_it_is_read_or_refused(name: str) -> None:
    source = import_string(PLAYED[name].backend)(name, options(name))
    sound = [(answer, True) for answer in answers(name)]
    with suppress(NotImplementedError):  # one that is asked only
        sound.append((PLAYED[name].play.body(told(), "delivery"), False))

    @given(seed=st.integers(0, 2**32))
    def read(seed: int) -> None:
        rng = random.Random(seed)
        raw, is_answer = rng.choice(sound)
        webhook = Webhook(body=mutated(raw, rng), headers={}, is_answer=is_answer)
        source.message_key(webhook)
        try:
            said = list(source.parse(webhook))
        except UnreadableMessage:
            return
        for update in said:
            assert update.tracking_number
            for scan in getattr(update, "scans", ()):
                assert scan.local_time.tzinfo is None
                assert 1990 <= scan.local_time.year <= 2100
                assert scan.rule
                (scan.message + scan.raw_code + scan.source_id + scan.place.text).encode()
            window = getattr(update, "window", None)
            if window:
                assert window.earliest <= window.latest
                assert window.stated_at.tzinfo

    read()


@pytest.mark.django_db
@pytest.mark.usefixtures("unlogged")
@pytest.mark.parametrize("name", [name for name, played in PLAYED.items() if played.is_pushed])
def test_no_spoilt_body_is_an_error_of_ours(name: str, volume: str) -> None:
    played, rng, spoils_answers = PLAYED[name], random.Random(name), False
    known = {NUMBER: told()}

    def reply(call: Call) -> Reply:
        sound = played.play.reply(call, known)
        return Reply(body=mutated(sound.body, rng), headers=sound.headers) if spoils_answers else sound

    with (
        Provider(reply) as provider,
        Shop(name, played.backend, options(name, provider.url), carrier=played.carrier, number=NUMBER),
    ):
        client, states = Client(raise_request_exception=True), set()
        secret = played.secrets[0]
        view = "hook-with-secret" if played.in_address else "hook"
        path = reverse(f"order_status:{view}", args=[name, secret] if played.in_address else [name])
        for count in range(MANY[volume]):
            # What only nudges is spoilt on both sides of the wire.
            spoils_answers = played.in_address and count % 2 == 1
            body = played.play.body(known[NUMBER], f"delivery-{count}")
            body = body if spoils_answers else mutated(body, rng)
            headers: Mapping[str, str] = played.play.headers(body, secret)
            response = client.post(path, body, content_type="application/json", headers=dict(headers))
            refused = (400,) if played.signs_fields else ()
            assert response.status_code in (200, 202, *refused), (count, response.status_code, body[:2000])
            flow.drain_inbox()
            flow.drain_polls()
        for message in InboxMessage.objects.all():
            states.add(message.state)
            assert message.state != InboxMessage.State.FAILED or message.reason
            # What nobody foresaw is kept with its kind and place ("TypeError in parse, x.py line 7"): there must be none.
            assert not re.search(r" line \d+$", message.reason), message.reason
    assert InboxMessage.State.HANDLED in states
    assert InboxMessage.State.FAILED in states


@pytest.mark.django_db
@pytest.mark.usefixtures("unlogged")
@pytest.mark.parametrize("name", [name for name, played in PLAYED.items() if not played.is_pushed])
def test_no_spoilt_answer_is_an_error_of_ours(name: str, volume: str) -> None:
    """The same of those that are only asked: a failure in our words, or a message that is kept with its reason."""
    played, rng, known = PLAYED[name], random.Random(name), {NUMBER: told()}

    def reply(call: Call) -> Reply:
        sound = played.play.reply(call, known)
        is_token = b"client_credentials" in call.body
        return sound if is_token else Reply(body=mutated(sound.body, rng), headers=sound.headers)

    with (
        Provider(reply) as provider,
        Shop(name, played.backend, options(name, provider.url), carrier=played.carrier, number=NUMBER),
    ):
        parcel = Parcel.objects.select_related("order", "fulfillment").get()
        for _ in range(MANY[volume]):
            with suppress(OrderStatusError):
                flow.ask(name, [parcel])
        reasons = InboxMessage.objects.exclude(state=InboxMessage.State.HANDLED).values_list("reason", flat=True)
        assert reasons
        for reason in reasons:
            assert reason
            assert not re.search(r" line \d+$", reason), reason
