"""What staff type where a shop has one free field for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.carriers.typed import parse

UPS = "1Z999AA10123456784"
UPS_2 = "1Z999AA10123456792"


@pytest.mark.parametrize(
    ("notes", "parcels"),
    [
        (f"UPS {UPS}", [("UPS", UPS)]),
        (f"ups: {UPS}", [("ups", UPS)]),
        (f"UPS {UPS}, {UPS_2}", [("UPS", UPS), ("UPS", UPS_2)]),
        (f"UPS {UPS} {UPS_2}", [("UPS", UPS), ("UPS", UPS_2)]),
        (f"UPS {UPS}\n{UPS}", [("UPS", UPS)]),
        (f"UPS\n{UPS}\n{UPS_2}", [("UPS", UPS), ("UPS", UPS_2)]),
        (f"UPS {UPS}\r\nDHL Express 1234567890", [("UPS", UPS), ("DHL Express", "1234567890")]),
        (f"UPS {UPS} and GLS 12345678", [("UPS", UPS), ("GLS", "12345678")]),
        (
            "Chronopost XY123456789FR / Colissimo 6A12345678901",
            [("Chronopost", "XY123456789FR"), ("Colissimo", "6A12345678901")],
        ),
        ("La Poste LA 123 456 789 FR", [("La Poste", "LA 123 456 789 FR")]),
        ("USPS 9400 1000 0000 0000 0000 00", [("USPS", "9400 1000 0000 0000 0000 00")]),
        ("1Z 999 AA1 01 2345 6784 (UPS)", [("UPS", "1Z 999 AA1 01 2345 6784")]),
        ("Tracking number: 00340434161094000000 via DHL", [("DHL", "00340434161094000000")]),
        ("Parcel Force PB1234567890", [("Parcel Force", "PB1234567890")]),
        ("Botes Expresso 99887766", [("Botes Expresso", "99887766")]),
        ("GLS 12345", [("GLS", "12345")]),
        (UPS, [("", UPS)]),
        ("UPS", [("UPS", "")]),
        (f"UPS {UPS} left 2026-01-01", [("UPS", UPS)]),
        ("Left behind the green door of Mrs Smith of Dale 12345678", [("", "12345678")]),
    ],
)
def test_parcels(notes: str, parcels: list[tuple[str, str]]) -> None:
    assert [(parcel.carrier_text, parcel.tracking_number) for parcel in parse(notes)] == parcels


@pytest.mark.parametrize(
    "notes",
    ["", "Handed to the neighbour", "Sent 2026-11-23 by van", "call +44 7700 900123", "2 boxes", "box 12", "x" * 5000],
)
def test_no_number_no_parcel(notes: str) -> None:
    assert parse(notes) == ()


def test_a_link_brings_number_and_link() -> None:
    link = f"https://track.example/parcel?tracknum={UPS}"
    [parcel] = parse(f"UPS {link}")
    assert (parcel.carrier_text, parcel.tracking_number, parcel.tracking_url) == ("UPS", UPS, link)
    [other] = parse(f"http://track.example/parcel/{UPS}/")
    assert other.tracking_number == UPS


@given(st.text(max_size=300))
def test_anything_can_be_typed(notes: str) -> None:
    for parcel in parse(notes):
        assert len(parcel.carrier_text) <= 40
        assert parcel.tracking_number or parcel.carrier_text
