"""Each provider's side of the wire, as its documents describe it: for the simulator, for the demo and for tests."""

from __future__ import annotations

from django.utils.module_loading import import_string

from ...sources.base import Source
from .base import Play

_SOURCES = "order_status_plugin.sources"

#: The class of each adapter of ours and the play that speaks as its provider.
PLAYS = {
    f"{_SOURCES}.aftership.AfterShip": "aftership.AfterShipPlay",
    f"{_SOURCES}.easypost.EasyPost": "easypost.EasyPostPlay",
    f"{_SOURCES}.shippo.Shippo": "shippo.ShippoPlay",
    f"{_SOURCES}.seventeentrack.SeventeenTrack": "seventeentrack.SeventeenTrackPlay",
    f"{_SOURCES}.ship24.Ship24": "ship24.Ship24Play",
    f"{_SOURCES}.trackingmore.TrackingMore": "trackingmore.TrackingMorePlay",
    f"{_SOURCES}.standard.Standard": "standard.StandardPlay",
    f"{_SOURCES}.ups.Ups": "ups.UpsPlay",
    f"{_SOURCES}.usps.Usps": "usps.UspsPlay",
    f"{_SOURCES}.dhl.Dhl": "dhl.DhlPlay",
    f"{_SOURCES}.laposte.LaPoste": "laposte.LaPostePlay",
    f"{_SOURCES}.fedex.FedEx": "fedex.FedExPlay",
    f"{_SOURCES}.canadapost.CanadaPost": "canadapost.CanadaPostPlay",
    f"{_SOURCES}.karrio.Karrio": "karrio.KarrioPlay",
}


def play_for(source: Source) -> Play | None:
    """Return who speaks as the provider of this source, None for one that is not ours."""
    for cls in type(source).__mro__:
        name = f"{cls.__module__}.{cls.__qualname__}"
        if name in PLAYS:
            play: Play = import_string(f"{__name__}.{PLAYS[name]}")()
            return play
    return None
