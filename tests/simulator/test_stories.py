"""Every story through every source: pushed by signed webhooks, or asked by the worker, it ends as it should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from order_status_plugin import flow
from order_status_plugin.backends import get_source
from order_status_plugin.events import ParcelStatus as S
from order_status_plugin.events import TrackingUpdate
from order_status_plugin.simulator.play import CannotPlay, Simulator
from order_status_plugin.simulator.providers import PLAYS, play_for
from order_status_plugin.simulator.scenarios import SCENARIOS, Scan
from order_status_plugin.simulator.tell import Teller
from order_status_plugin.testing.provider import Call, Provider, Reply
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Parcel, TrackingEvent
from tests.conftest import VOLUME
from tests.orders import sent, snapshot
from tests.sources.plays import PLAYED

pytestmark = pytest.mark.django_db(transaction=True)

ENDS = {
    "calm": S.DELIVERED,
    "express": S.DELIVERED,
    "attempt": S.COLLECTED,
    "split": S.DELIVERED,
    "ocean": S.DELIVERED,
    "returned": S.RETURNED,
    "lost": S.LOST,
    "corrected": S.DELIVERED,
}

#: Where a provider has one word for two things, or none: then the parcel stays where its last word left it.
OTHERWISE = {
    "attempt": dict.fromkeys(
        ("dhl", "easypost", "fedex", "karrio", "laposte", "seventeentrack", "ship24", "shippo"), S.DELIVERED
    ),
    "returned": {
        **dict.fromkeys(("canadapost", "easypost", "fedex", "karrio", "shippo"), S.RETURNING),
        "dhl": S.IN_TRANSIT,
    },
    "lost": dict.fromkeys(
        ("canadapost", "dhl", "fedex", "karrio", "laposte", "trackingmore", "ups", "usps"), S.IN_TRANSIT
    ),
}


class Shop(Teller):
    """Takes webhooks at its door, remembers for the providers, and asks them."""

    def __init__(self, alias: str) -> None:
        super().__init__("http://testserver", memory=self, patience=0)
        self.alias = alias
        self.known: dict[str, TrackingUpdate] = {}

    def keep(self, alias: str, update: TrackingUpdate) -> None:
        self.known[update.tracking_number] = update

    def reply(self, call: Call) -> Reply:
        play = play_for(get_source(self.alias))
        assert play is not None
        return play.reply(call, self.known)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        assert Client().post(path, body, "application/json", headers=headers).status_code == 200

    def tell(self, alias: str, update: TrackingUpdate) -> None:
        super().tell(alias, update)
        flow.drain_polls()


class Sends(Simulator):
    """A shop that ships by code."""

    def ship(self, what: str, carrier: str, number: str) -> str:
        lines = {"all": (("a", 2), ("b", 1)), "half": (("a", 2),), "rest": (("b", 1),)}[what]
        self.acts = [*getattr(self, "acts", ()), (lines, carrier, number)]
        acts = tuple(sent(f"f{n}", lines=one[0], carrier=one[1], number=one[2]) for n, one in enumerate(self.acts))
        record.order("shop", snapshot(fulfillments=acts))
        return f"Sent with {carrier}"


@pytest.fixture
def shop(request: pytest.FixtureRequest, settings: Any) -> Iterator[Shop]:
    """A shop with one source, whose provider listens."""
    alias: str = request.param
    played = PLAYED[alias]
    made = Shop(alias)
    with Provider(made.reply) as provider:
        options: dict[str, Any] = {**played.options, "url": provider.url, "budgets": [(10_000, 1)]}
        if alias in PUSHED:
            options["secrets"] = list(played.secrets)
        settings.ORDER_STATUS = settings.ORDER_STATUS | {
            "SOURCES": {alias: {"BACKEND": played.backend, "OPTIONS": options}}
        }
        yield made


#: These have webhooks in the demo; the others are only asked.
PUSHED = ("aftership", "easypost", "shippo", "seventeentrack", "ship24", "trackingmore", "standard", "karrio")


def test_every_provider_can_be_played() -> None:
    assert set(PLAYS) == {played.backend for played in PLAYED.values()}


#: Every pair where much is wanted; else each story through some sources, and each source with some stories.
PAIRS = [
    (alias, name)
    for row, alias in enumerate(sorted(PLAYED))
    for column, name in enumerate(sorted(SCENARIOS))
    if VOLUME == "full" or (row + column) % 4 == 0
]


@pytest.mark.parametrize(("shop", "name"), PAIRS, indirect=["shop"])
def test_a_story_plays_through_a_source(shop: Shop, name: str, volume: str) -> None:
    order = record.order("shop", snapshot())
    said: list[str] = []
    Sends(order, shop, through=shop.alias, say=said.append, sleep=lambda seconds: None).play(SCENARIOS[name])
    parcel = Parcel.objects.filter(order=order).order_by("position").first()
    assert parcel is not None
    assert parcel.status == OTHERWISE.get(name, {}).get(shop.alias, ENDS[name]), said
    assert parcel.status != S.UNKNOWN
    assert not TrackingEvent.objects.filter(parcel=parcel, status=S.UNKNOWN).exists()
    scans = sum(isinstance(step, Scan) for step in SCENARIOS[name].steps)
    skipped = sum("has no word for that" in line for line in said)
    # An answer that says two things at once is one event more or less, but nothing that was told is lost.
    assert TrackingEvent.objects.filter(parcel=parcel).count() >= scans - skipped
    assert order.parcels.count() == (2 if name == "split" else 1)


@pytest.mark.parametrize("shop", ["ups", "shippo"], indirect=True)
def test_without_a_memory_nobody_can_be_asked(shop: Shop) -> None:
    order = record.order("shop", snapshot())
    told = Sends(order, Teller("http://testserver"), through=shop.alias, say=str, sleep=lambda seconds: None)
    with pytest.raises(CannotPlay, match="only its provider can"):
        told.play(SCENARIOS["calm"])


@pytest.mark.parametrize("shop", ["laposte"], indirect=True)
def test_a_source_tells_nothing_of_carriers_that_it_does_not_follow(shop: Shop) -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(),)))
    told = Simulator(order, shop, through="laposte", say=str, sleep=lambda seconds: None)
    with pytest.raises(CannotPlay, match="no parcel that laposte tracks"):
        told.play(SCENARIOS["calm"])


@pytest.mark.parametrize("shop", ["aftership"], indirect=True)
def test_who_is_not_asked_is_no_reason_to_wait(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    order = record.order("shop", snapshot())
    monkeypatch.setattr(shop, "_ask_soon", None)
    Sends(order, shop, say=str, sleep=lambda seconds: None).play(SCENARIOS["express"])
    assert Parcel.objects.get(order=order).status == S.DELIVERED
