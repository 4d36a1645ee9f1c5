"""Whom we ask where a place lies: the table that comes with the plugin, or what the shop's settings name."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from django.utils.module_loading import import_string

from ..conf import conf
from ..events import Place, Point
from .resolve import PlaceResolver

logger = logging.getLogger(__name__)


@lru_cache(maxsize=8)
def _resolver(path: str) -> PlaceResolver:
    return cast("PlaceResolver", import_string(path)())


def locate(place: Place, country_hint: str = "") -> Point | None:
    """Return where a place lies by ``ORDER_STATUS["GEOCODER"]``, None where that is not known.

    What goes wrong in a shop's own resolver is logged, without the place: a scan is recorded with or without a point.
    """
    if not place:
        return None
    try:
        return _resolver(conf.GEOCODER).resolve(place, country_hint)
    except Exception:
        logger.exception("%s failed; the place stays unknown.", conf.GEOCODER)
        return None


def destination(address: Mapping[str, Any]) -> Point | None:
    """Return the city that a stored postal address lies in. Its name and lines are not looked at."""

    def part(name: str) -> str:
        return str(address.get(name) or "")

    return locate(Place(city=part("city"), region=part("region"), postcode=part("postcode"), country=part("country")))
