"""The words that say what the drawing shows."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import to_locale

from .journey import Journey, Stop


def sentence(journey: Journey) -> str:
    """Return one sentence, in the language that is active: every place that is drawn, in the order of travel."""
    origin, last, destination = journey.origin, journey.last, journey.destination
    if origin and last and origin.point == last.point and not journey.visited:
        origin = None
    named = {
        "origin": str(origin or ""),
        "via": _list(journey.visited, journey.language),
        "last": str(last or ""),
        "destination": str(destination or ""),
    }
    goes_on = destination is not None and not journey.has_arrived
    return (
        _telling(bool(origin), bool(journey.visited), bool(last), goes_on)
        if last or goes_on
        else _("Parcel from %(origin)s.")
    ) % named


def _telling(has_origin: bool, has_via: bool, has_last: bool, goes_on: bool) -> str:
    """Return the sentence with its gaps: whole, because languages order their parts each in its own way."""
    if not has_last:
        return (
            _("Parcel from %(origin)s, on its way to %(destination)s.")
            if has_origin
            else _("Parcel on its way to %(destination)s.")
        )
    if goes_on:
        if has_origin and has_via:
            return _("Parcel from %(origin)s, via %(via)s; last seen in %(last)s; on its way to %(destination)s.")
        if has_origin:
            return _("Parcel from %(origin)s; last seen in %(last)s; on its way to %(destination)s.")
        if has_via:
            return _("Parcel via %(via)s; last seen in %(last)s; on its way to %(destination)s.")
        return _("Parcel last seen in %(last)s; on its way to %(destination)s.")
    if has_origin and has_via:
        return _("Parcel from %(origin)s, via %(via)s; last seen in %(last)s.")
    if has_origin:
        return _("Parcel from %(origin)s; last seen in %(last)s.")
    if has_via:
        return _("Parcel via %(via)s; last seen in %(last)s.")
    return _("Parcel last seen in %(last)s.")


def _list(stops: Sequence[Stop], language: str) -> str:
    """Return "A, B and C" as the language has it."""
    names = list(dict.fromkeys(stop.label for stop in stops))
    try:
        return format_list(names, locale=Locale.parse(to_locale(language)))
    except (UnknownLocaleError, ValueError):
        return ", ".join(names)
