"""The providers that the simulator plays, each with its adapter: what every source is held to goes over this list."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from order_status_plugin.events import ParcelStatus, TrackingScan, TrackingUpdate
from order_status_plugin.simulator.providers.aftership import AfterShipPlay
from order_status_plugin.simulator.providers.base import Call, Play, Reply
from order_status_plugin.simulator.providers.canadapost import CanadaPostPlay
from order_status_plugin.simulator.providers.dhl import DhlPlay
from order_status_plugin.simulator.providers.easypost import EasyPostPlay
from order_status_plugin.simulator.providers.fedex import FedExPlay
from order_status_plugin.simulator.providers.karrio import KarrioPlay
from order_status_plugin.simulator.providers.laposte import LaPostePlay
from order_status_plugin.simulator.providers.seventeentrack import SeventeenTrackPlay
from order_status_plugin.simulator.providers.ship24 import Ship24Play
from order_status_plugin.simulator.providers.shippo import ShippoPlay
from order_status_plugin.simulator.providers.standard import StandardPlay
from order_status_plugin.simulator.providers.trackingmore import TrackingMorePlay
from order_status_plugin.simulator.providers.ups import UpsPlay
from order_status_plugin.simulator.providers.usps import UspsPlay

NUMBER = "1Z999AA10123456784"
WHSEC = tuple("whsec_" + base64.b64encode(bytes([count]) * 32).decode() for count in (7, 8))


@dataclass(frozen=True, slots=True)
class Played:
    """One provider: the adapter's dotted path, its play, and options of the adapter beside ``secrets`` and ``url``."""

    backend: str
    play: Play
    options: Mapping[str, Any]
    in_address: bool = False  # the secret stands in the address
    carrier: str = "ups"  # whose parcels it follows
    signs_fields: bool = False  # not the body as a whole: spoilt ones may be signed by nobody
    secrets: Sequence[str] = ("the-newer-secret-of-the-contract", "the-older-secret-of-the-contract")

    @property
    def is_pushed(self) -> bool:
        """Say whether the provider sends webhooks."""
        return type(self.play).body is not Play.body


PLAYED = {
    "aftership": Played("order_status_plugin.sources.aftership.AfterShip", AfterShipPlay(), {"api_key": "a key"}),
    "easypost": Played("order_status_plugin.sources.easypost.EasyPost", EasyPostPlay(), {"api_key": "a key"}),
    "shippo": Played("order_status_plugin.sources.shippo.Shippo", ShippoPlay(), {"api_key": "a key"}, True),
    "seventeentrack": Played(
        "order_status_plugin.sources.seventeentrack.SeventeenTrack", SeventeenTrackPlay(), {"api_key": "a key"}, True
    ),
    "ship24": Played("order_status_plugin.sources.ship24.Ship24", Ship24Play(), {"api_key": "a key"}, True),
    "trackingmore": Played(
        "order_status_plugin.sources.trackingmore.TrackingMore", TrackingMorePlay(), {"api_key": "a key"}, True
    ),
    "standard": Played("order_status_plugin.sources.standard.Standard", StandardPlay(), {}, secrets=WHSEC),
    "ups": Played(
        "order_status_plugin.sources.ups.Ups", UpsPlay(), {"client_id": "an id", "client_secret": "a secret"}
    ),
    "usps": Played(
        "order_status_plugin.sources.usps.Usps",
        UspsPlay(),
        {"client_id": "an id", "client_secret": "a secret"},
        carrier="usps",
        signs_fields=True,
    ),
    "laposte": Played("order_status_plugin.sources.laposte.LaPoste", LaPostePlay(), {"api_key": "a key"}),
    "dhl": Played("order_status_plugin.sources.dhl.Dhl", DhlPlay(), {"api_key": "a key"}),
    "fedex": Played(
        "order_status_plugin.sources.fedex.FedEx", FedExPlay(), {"client_id": "an id", "client_secret": "a secret"}
    ),
    "canadapost": Played(
        "order_status_plugin.sources.canadapost.CanadaPost",
        CanadaPostPlay(),
        {"username": "a name", "password": "a password"},
    ),
    "karrio": Played("order_status_plugin.sources.karrio.Karrio", KarrioPlay(), {"api_key": "a key"}, True),
}


def unknown(number: str, carrier: str = "ups") -> TrackingUpdate:
    """Return an update with one scan, for which a play says a code that nobody documents."""
    when = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0) - dt.timedelta(days=1)
    scan = TrackingScan(status=ParcelStatus.UNKNOWN, local_time=when, utc_offset=0)
    return TrackingUpdate(tracking_number=number, carrier=carrier, scans=(scan,))


class Pushed:
    """What SourceContract asks for, said by a play."""

    name: str
    carrier = "ups"

    @property
    def played(self) -> Played:
        return PLAYED[self.name]

    def body(self, number: str, scans: Sequence[TrackingScan], delivery: str) -> bytes:
        update = TrackingUpdate(tracking_number=number, carrier=self.carrier, scans=tuple(scans))
        return self.played.play.body(update, delivery)

    def unknown_body(self, number: str) -> bytes:
        return self.played.play.body(unknown(number, self.carrier), "unknown")

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        return self.played.play.headers(body, secret)


class Asked:
    """What AskedContract asks for, said by a play."""

    name: str
    carrier = "ups"
    number = NUMBER

    @property
    def secrets(self) -> Sequence[str]:
        return self.played.secrets

    @property
    def played(self) -> Played:
        return PLAYED[self.name]

    def options(self, url: str) -> dict[str, Any]:
        return {"secrets": list(self.secrets), "url": url, **self.played.options}

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        return self.played.play.reply(call, known)

    def unknown_reply(self, call: Call) -> Reply:
        return self.played.play.reply(call, {self.number: unknown(self.number, self.carrier)})


class Nudging(Asked):
    """What NudgedContract asks for, said by a play."""

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        return self.played.play.body(update, delivery)

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        return self.played.play.headers(body, secret)
