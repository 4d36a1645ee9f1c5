"""Canada Post: numeric codes, abbreviations of time zones, and XML that may be hostile."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import Overlay, ParcelStatus, Precision, TrackedParcel, TrackingUpdate
from order_status_plugin.exceptions import UnreadableMessage
from order_status_plugin.simulator.providers.canadapost import CanadaPostPlay
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.canadapost import CanadaPost, meaning, offset
from order_status_plugin.testing.asked import AskedContract
from order_status_plugin.testing.provider import Provider

from .ends import end, ends
from .plays import Asked

S = ParcelStatus
NUMBER = "7023210039414604"


def source(**options: Any) -> CanadaPost:
    return CanadaPost("canadapost", {"username": "a", "password": "b", **options})


def event(code: str, date: str = "2026-11-20", time: str = "08:27:43", zone: str = "EST", **more: str) -> str:
    fields = {
        "event-identifier": code,
        "event-date": date,
        "event-time": time,
        "event-time-zone": zone,
        "event-description": "Words of Canada Post",
        "signatory-name": "",
        "event-site": "SAINTE-FOY",
        "event-province": "QC",
        "event-retail-location-id": "",
        "event-retail-name": "",
        **{name.replace("_", "-"): text for name, text in more.items()},
    }
    return "<occurrence>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in fields.items()) + "</occurrence>"


def detail(*events: str, **more: str) -> bytes:
    fields = "".join(f"<{name.replace('_', '-')}>{text}</{name.replace('_', '-')}>" for name, text in more.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?><tracking-detail xmlns="http://www.canadapost.ca/ws/track-v2">'
        f"<pin>{NUMBER}</pin>{fields}<significant-events>{''.join(events)}</significant-events></tracking-detail>"
    ).encode()


def read(body: bytes, **headers: str) -> TrackingUpdate:
    (update,) = source().parse(Webhook(body=body, headers=headers, is_answer=True))
    return update


@pytest.mark.parametrize(
    ("code", "status", "overlay"),
    [
        ("3000", S.LABEL_CREATED, ""),
        ("1302", S.PICKED_UP_BY_CARRIER, ""),
        ("100", S.IN_TRANSIT, ""),
        ("174", S.OUT_FOR_DELIVERY, ""),
        ("500", S.OUT_FOR_DELIVERY, ""),
        ("1479", S.ATTEMPTED_DELIVERY, ""),  # a notice card
        ("1701", S.READY_FOR_PICKUP, ""),
        ("1405", S.READY_FOR_PICKUP, ""),  # "delivered" into a locker
        ("1406", S.COLLECTED, ""),
        ("1408", S.DELIVERED, ""),
        ("1498", S.DELIVERED, ""),
        ("20", None, ""),  # a signature can be seen
        ("1200", None, ""),  # a date was changed
        ("173", None, "delayed"),
        ("1484", None, "exception"),
        ("1419", S.RETURNING, ""),
        ("9999", S.UNKNOWN, ""),
        ("", None, ""),
    ],
)
def test_codes(code: str, status: Any, overlay: str) -> None:
    assert meaning(code)[:2] == (status, Overlay(overlay))


def test_zeros_in_front_are_none() -> None:
    (scan,) = read(detail(event("0174"))).scans
    assert (scan.status, scan.raw_code) == (S.OUT_FOR_DELIVERY, "174")


WINTER, SUMMER = dt.datetime(2026, 1, 20, 8), dt.datetime(2026, 9, 24, 8)


@pytest.mark.parametrize(
    ("zone", "province", "local", "minutes"),
    [
        ("EST", "QC", WINTER, -300),
        ("EDT", "ON", SUMMER, -240),
        ("EST", "ON", SUMMER, None),  # nobody there has it then: the place has to tell
        ("EDT", "ON", WINTER, None),
        ("CST", "SK", SUMMER, -360),  # Saskatchewan does not change its clocks
        ("CST", "MB", SUMMER, None),
        ("MST", "YT", SUMMER, -420),
        ("NST", "NL", WINTER, -210),
        ("PDT", "BC", SUMMER, -420),
        ("", "ON", WINTER, None),
        ("CET", "ON", WINTER, None),
    ],
)
def test_abbreviations_of_zones(zone: str, province: str, local: dt.datetime, minutes: int | None) -> None:
    assert offset(zone, province, local) == minutes


def test_a_day_without_an_hour_is_a_day() -> None:
    for body in (detail(event("100", time="")), detail(event("100", time="soon"))):
        (scan,) = read(body).scans
        assert (scan.precision, scan.utc_offset) == (Precision.DATE, None)


def test_places() -> None:
    (scan,) = read(detail(event("100"))).scans
    assert (scan.place.city, scan.place.region, scan.place.country) == ("SAINTE-FOY", "QC", "CA")
    (scan,) = read(detail(event("4310", event_site="PARIS", event_province=""))).scans
    assert (scan.place.city, scan.place.country) == ("PARIS", "")


def test_a_changed_date_has_a_reason() -> None:
    body = detail(
        event("100"),
        expected_delivery_date="2026-11-23",
        changed_expected_date="2026-11-25",
        changed_expected_delivery_reason="Weather",
    )
    window = read(body, date="Sat, 21 Nov 2026 10:00:00 GMT").window
    assert window is not None
    assert (window.earliest, window.reason) == (dt.date(2026, 11, 25), "Weather")
    assert window.stated_at == dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
    window = read(detail(event("100"), expected_delivery_date="2026-11-23", changed_expected_date="")).window
    assert window is not None
    assert (window.latest, window.reason) == (dt.date(2026, 11, 23), "")
    assert read(detail(event("1408"), expected_delivery_date="2026-11-23")).window is None


def test_who_signed_and_where_it_waits() -> None:
    update = read(detail(event("20", signatory_name="HETU"), event("1701", event_retail_name="SHOPPERS DRUG MART")))
    assert (update.signed_by, update.pickup_place) == ("HETU", "SHOPPERS DRUG MART, SAINTE-FOY")


def test_any_order_tells_the_same() -> None:
    scans = read(
        detail(
            event("20", "2026-11-25", "07:59:52"),
            event("1408", "2026-11-25", "07:59:52"),
            event("1701", "2026-11-24", "19:23:39"),
            event("1479", "2026-11-24", "13:59:36"),
            event("0174", "2026-11-24", "10:40:49"),
            event("0173", "2026-11-23", "06:19:57"),
            event("3000", "2026-11-20", "19:25:43"),
        )
    ).scans
    assert len(ends(scans)) == 1
    assert end(scans)[:3] == (S.DELIVERED, Overlay.NONE, 1)


def test_another_language_is_the_same_event() -> None:
    (english,) = read(detail(event("1408"))).scans
    (french,) = read(detail(event("1408", event_description="Livré"))).scans
    assert english.source_id == french.source_id


BOMB = (
    b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><tracking-detail><pin>&b;</pin></tracking-detail>'
)
FILE = b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><tracking-detail><pin>&a;</pin></tracking-detail>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a>",
        b"<a/>",
        b"<tracking-detail/>",
        b"\xff\x00",
        BOMB,
        FILE,
        b'<?xml version="1.0" encoding="klingon"?><a/>',
    ]
    + [b"<messages><message><code>AA003</code></message></messages>"],
)
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        read(body)


def test_a_number_without_history_says_nothing() -> None:
    body = b"<messages><message><code>004</code><description>No Pin History</description></message></messages>"
    assert list(source().parse(Webhook(body=body, headers={}, is_answer=True))) == []
    with pytest.raises(UnreadableMessage):
        list(source().parse(Webhook(body=detail(event("1408")), headers={})))


@given(st.data())
def test_nothing_but_unreadable(data: st.DataObject) -> None:
    junk = st.sampled_from(
        [b"", b"<", b"</pin>", b"\xff", b"&amp;", b"&x;", b"9" * 400, "٣".encode(), b"0001", b"<!--x-->"]
    )
    whole = detail(event("0174"), event("1701", event_retail_name="A shop"), expected_delivery_date="2026-11-23")
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(whole)))
        whole = whole[:start] + data.draw(junk) + whole[start + data.draw(st.integers(0, 30)) :]
    with contextlib.suppress(UnreadableMessage):
        list(source().parse(Webhook(body=whole, headers={}, is_answer=True)))


def test_it_asks_in_the_language_of_the_order() -> None:
    now = dt.datetime.now(dt.UTC)
    parcels = [
        TrackedParcel(tracking_number="7023 2100 3941 4604", carrier="canada-post", sent_at=now, language=language)
        for language in ("fr-ca", "en")
    ]
    with Provider(lambda call: CanadaPostPlay().reply(call, {})) as provider:
        list(source(url=provider.url).fetch(parcels))
    french, english = provider.calls
    assert french.path == f"/vis/track/pin/{NUMBER}/detail"
    assert (french.headers["accept-language"], english.headers["accept-language"]) == ("fr-CA", "en-CA")
    assert french.headers["accept"] == "application/vnd.cpc.track-v2+xml"
    assert french.headers["authorization"].startswith("Basic ")


def test_what_is_set_up_decides_what_it_does() -> None:
    assert [message.id for message in CanadaPost("canadapost", {}).check()] == ["order_status.E403"] * 2
    assert source().tracks("canada-post")


@pytest.mark.django_db
class TestCanadaPostIsAsked(Asked, AskedContract):
    name = "canadapost"
    backend = "order_status_plugin.sources.canadapost.CanadaPost"
    carrier = "canada-post"
    number = NUMBER
