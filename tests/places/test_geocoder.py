"""A shop brings its own resolver."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from order_status_plugin import checks
from order_status_plugin.events import Place, PlacePrecision, Point
from order_status_plugin.places import locate

HERE = "tests.places.test_geocoder."


class Everywhere:
    """The documented example of a shop's own."""

    def resolve(self, place: Place, country_hint: str = "") -> Point | None:
        """Return one point for all."""
        return Point(
            latitude=1.0,
            longitude=2.0,
            name=place.city,
            region="",
            country="NL",
            precision=PlacePrecision.CITY,
            zone="",
        )


class Broken:
    """One that fails."""

    def resolve(self, place: Place, country_hint: str = "") -> Point | None:
        """Fail."""
        raise RuntimeError("Amsterdam is down")


class Mute:
    """One that is none."""


def use(settings: Any, name: str) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "GEOCODER": name}


def test_a_shop_brings_its_own(settings: Any) -> None:
    use(settings, HERE + "Everywhere")
    point = locate(Place(city="Amsterdam"))
    assert point is not None
    assert (point.name, point.latitude) == ("Amsterdam", 1.0)
    assert checks.check_places() == []


def test_nothing_is_asked_about_nothing(settings: Any) -> None:
    use(settings, HERE + "Everywhere")
    assert locate(Place()) is None


def test_one_that_fails_is_logged_and_finds_nothing(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    use(settings, HERE + "Broken")
    with caplog.at_level(logging.ERROR, logger="order_status_plugin.places.geocoder"):
        assert locate(Place(city="Amsterdam")) is None
    assert HERE + "Broken" in caplog.records[0].getMessage()


@pytest.mark.parametrize("name", ["nowhere.at.All", HERE + "Mute"])
def test_a_wrong_path_is_named_by_a_check(settings: Any, name: str) -> None:
    use(settings, name)
    (error,) = checks.check_places()
    assert error.id == "order_status.E001"
    assert "GEOCODER" in error.msg


def test_ours_is_content() -> None:
    assert checks.check_places() == []
