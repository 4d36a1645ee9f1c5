"""Which journey a parcel's map shows, and to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from order_status_plugin.access.links import order_path
from order_status_plugin.events import Address, ContactSnapshot, ParcelStatus, Place, Tier
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.build import build
from order_status_plugin.view.map import drawn
from order_status_plugin.view.model import MapView
from tests.access.orders import let_in
from tests.orders import scan, sent, snapshot, update

S = ParcelStatus
pytestmark = pytest.mark.django_db

PORTO, PARIS = Place(city="PORTO", country="PT"), Place(city="PARIS", country="FR")
COLOGNE, AMSTERDAM = Place(city="KÖLN", country="DE"), Place(city="Amsterdam", country="NL")
FRANCE = Place(country="FR")


def tell(*scans: Any, **more: Any) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),), **more))
    record.tracking("aftership", update(*scans))


def shown(tier: Tier = Tier.PRIVATE) -> MapView | None:
    (parcel,) = build(Order.objects.get(), tier).parcels
    return parcel.map


def places(tier: Tier = Tier.PRIVATE) -> list[tuple[str, str]]:
    found = shown(tier)
    assert found
    return [(place.kind, place.name) for place in found.places]


def test_origin_places_between_the_last_one_and_the_goal() -> None:
    tell(
        scan(S.PICKED_UP_BY_CARRIER, 1, place=PORTO),
        scan(S.IN_TRANSIT, 2, place=PARIS),
        scan(S.IN_TRANSIT, 3, place=PARIS),
        scan(S.IN_TRANSIT, 4, place=COLOGNE),
    )
    assert places() == [
        ("origin", "Porto, Portugal"),
        ("passed", "Paris, France"),
        ("here", "Köln, Germany"),
        ("destination", "Amsterdam, Netherlands"),
    ]


def test_the_order_is_that_of_the_scans_and_not_of_their_telling() -> None:
    tell(scan(S.IN_TRANSIT, 4, place=COLOGNE), scan(S.PICKED_UP_BY_CARRIER, 1, place=PORTO))
    assert [kind for kind, _ in places()] == ["origin", "here", "destination"]
    assert places()[0][1] == "Porto, Portugal"


def test_an_unknown_place_is_left_out_and_no_known_one_is_no_map() -> None:
    tell(scan(S.PICKED_UP_BY_CARRIER, 1, place=Place(text="DEPOT 7")), scan(S.IN_TRANSIT, 2, place=Place()))
    assert shown() is None
    record.tracking("aftership", update(scan(S.IN_TRANSIT, 3, place=PARIS)))
    assert places() == [("here", "Paris, France"), ("destination", "Amsterdam, Netherlands")]


def test_a_country_is_left_out_where_a_city_of_it_is_known() -> None:
    tell(scan(S.PICKED_UP_BY_CARRIER, 1, place=FRANCE))
    assert places()[0] == ("here", "France")
    record.tracking("aftership", update(scan(S.IN_TRANSIT, 2, place=PARIS), scan(S.IN_TRANSIT, 3, place=FRANCE)))
    assert places() == [("here", "Paris, France"), ("destination", "Amsterdam, Netherlands")]


def test_a_carrier_that_nobody_follows_has_no_map() -> None:
    record.order("shop", snapshot(fulfillments=(sent(carrier="Ribeira Courier", number="RC1"),)))
    assert shown() is None


def test_a_delivered_parcel_goes_nowhere_more_and_a_returned_one_not_to_the_customer() -> None:
    tell(scan(S.PICKED_UP_BY_CARRIER, 1, place=PORTO), scan(S.DELIVERED, 2, place=AMSTERDAM))
    assert places() == [("origin", "Porto, Portugal"), ("here", "Amsterdam, Netherlands")]
    found = shown()
    assert found
    assert "on its way" not in found.sentence


def test_a_returning_parcel_is_not_on_its_way_to_the_customer() -> None:
    tell(scan(S.PICKED_UP_BY_CARRIER, 1, place=PORTO), scan(S.RETURNING, 2, place=PARIS))
    assert [kind for kind, _ in places()] == ["origin", "here"]


def test_the_street_is_never_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    from order_status_plugin.places import geocoder

    def locate(place: Place, country_hint: str = "") -> None:
        asked.append(place)

    tell(scan(S.IN_TRANSIT, 1, place=PARIS))
    monkeypatch.setattr(geocoder, "locate", locate)
    drawn.cache_clear()
    shown()
    drawn.cache_clear()
    assert asked == [Place(city="Amsterdam", postcode="1015 AB", country="NL")]


def test_an_address_without_a_known_city_is_a_country_and_one_without_anything_no_goal() -> None:
    nowhere = ContactSnapshot(email="noor@example.org", shipping_address=Address(lines=("Paris",), country=""))
    tell(scan(S.IN_TRANSIT, 1, place=PARIS), contact=nowhere, country="")
    assert places() == [("here", "Paris, France")]


def test_nobody_with_the_link_alone_sees_it_unless_the_shop_says_so(settings: Any) -> None:
    tell(scan(S.PICKED_UP_BY_CARRIER, 1, place=PORTO), scan(S.IN_TRANSIT, 2, place=COLOGNE))
    assert shown(Tier.PUBLIC) is None
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "PUBLIC_MAP": True}
    # The city of the address stays the customer's.
    assert places(Tier.PUBLIC)[-1] == ("destination", "Netherlands")
    assert places(Tier.PRIVATE)[-1] == ("destination", "Amsterdam, Netherlands")


def test_over_http_the_map_is_on_the_private_page_only(client: Client) -> None:
    tell(scan(S.PICKED_UP_BY_CARRIER, 1, place=PORTO), scan(S.IN_TRANSIT, 2, place=COLOGNE))
    order = Order.objects.get()
    public = client.get(order_path(order)).content.decode()
    for told in ("os-map", "os-journey", "Porto", "Köln", "Natural Earth"):
        assert told not in public
    client.cookies.load(let_in(order))
    answer = client.get(order_path(order), secure=True)
    page = answer.content.decode()
    assert 'role="img" aria-label="Parcel from Porto, Portugal; last seen in Köln, Germany; on its way to' in page
    assert "data-tiles" not in page
    assert "map.js" not in page


def test_with_tiles_only_the_page_that_offers_them_may_load_them(client: Client, settings: Any) -> None:
    tell(scan(S.PICKED_UP_BY_CARRIER, 1, place=PORTO), scan(S.IN_TRANSIT, 2, place=COLOGNE))
    offered = {
        "interactive": True,
        "tile_url": "https://tiles.example/{z}/{x}/{y}.png",
        "attribution": '<a href="https://tiles.example/">Tiles</a>',
    }
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "MAP": offered}
    order = Order.objects.get()
    policy = "Content-Security-Policy"
    public = client.get(order_path(order))
    assert "tiles.example" not in public.headers[policy] + public.content.decode()
    client.cookies.load(let_in(order))
    private = client.get(order_path(order), secure=True)
    directives = dict(part.split(" ", 1) for part in private.headers[policy].split("; "))
    assert "https://tiles.example" in directives["img-src"].split()
    assert [name for name, value in directives.items() if "tiles.example" in value] == ["img-src"]
    assert "&lt;a href=&quot;https://tiles.example/&quot;&gt;" in private.content.decode()


def test_equal_journeys_are_drawn_once() -> None:
    tell(scan(S.PICKED_UP_BY_CARRIER, 1, place=PORTO), scan(S.IN_TRANSIT, 2, place=COLOGNE))
    shown()
    before = drawn.cache_info()
    shown()
    after = drawn.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 1)
