from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from order_status_plugin.events import ParcelStatus, Precision
from order_status_plugin.exceptions import UnreadableMessage
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.manual import Manual

MOMENT = dt.datetime(2026, 11, 23, 10, 30, 5, 999, tzinfo=ZoneInfo("Europe/Berlin"))


def test_an_entry_keeps_the_clock_of_the_shop() -> None:
    update = Manual("manual", {}).entry(
        tracking_number="AB 12",
        carrier="ups",
        status=ParcelStatus.OUT_FOR_DELIVERY,
        moment=MOMENT,
        place="Köln",
        country="de",
        note="The driver rang.",
        expected_from=dt.date(2026, 11, 24),
    )
    (scan,) = update.scans
    assert (update.tracking_number, update.carrier) == ("AB 12", "ups")
    assert (scan.status, scan.local_time) == (ParcelStatus.OUT_FOR_DELIVERY, dt.datetime(2026, 11, 23, 10, 30, 5))
    assert (scan.utc_offset, scan.precision) == (60, Precision.MINUTE)
    assert (scan.place.city, scan.place.country, scan.message) == ("Köln", "DE", "The driver rang.")
    assert scan.rule == "entered by hand"
    assert update.window is not None
    assert (update.window.earliest, update.window.latest) == (dt.date(2026, 11, 24), dt.date(2026, 11, 24))
    assert update.window.stated_at == MOMENT


def test_an_estimate_alone_moves_nothing() -> None:
    update = Manual("manual", {}).entry(
        tracking_number="AB12",
        moment=MOMENT,
        expected_from=dt.date(2026, 11, 26),
        expected_until=dt.date(2026, 11, 25),
    )
    assert update.scans == ()
    assert update.window is not None
    assert update.window.earliest < update.window.latest


def test_it_takes_no_webhooks_and_follows_no_carrier() -> None:
    source = Manual("manual", {})
    with pytest.raises(UnreadableMessage):
        source.verify(Webhook(body=b"", headers={}))
    with pytest.raises(UnreadableMessage):
        list(source.parse(Webhook(body=b"", headers={})))
    assert not source.tracks("ups")
    assert source.message_key(Webhook(body=b"", headers={})) == ""
