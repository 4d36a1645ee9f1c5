"""What the tests of this room share: an order with canaries, every address of ours, and the whole database as rows."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from order_status_plugin.security.canaries import HOST, SOURCE, Bird, Text
from order_status_plugin.security.surface import ROUTES

#: Rows that a stranger's requests may change (DESIGN: kept pages and day-rounded counters on GET, counters of
#: attempts and requests for a mail on POST: an answer that is not given is not an answer).
ALLOWED = {"KeptPage", "AttemptCount"}
#: Columns that are day-rounded counters.
COUNTERS = {"ShareLink": {"views", "last_viewed_on"}, "Grant": {"last_used_on"}, "Device": {"last_seen_on"}}


def with_doctor(settings: Any) -> None:
    """Let the order of the self-check be recorded."""
    given = settings.ORDER_STATUS
    settings.ORDER_STATUS = {
        **given,
        "HOSTS": {**given["HOSTS"], HOST: {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}},
        "SOURCES": {**given["SOURCES"], SOURCE: {"BACKEND": "order_status_plugin.sources.manual.Manual"}},
    }


def addresses(bird: Bird) -> list[str]:
    return list(dict.fromkeys(visit.path for route in ROUTES.values() for visit in route.visits(bird)))


def leaks(bird: Bird, text: str) -> list[str]:
    """Return which private words stand in what anybody was answered."""
    read = Text(text)
    return [each.what for each in bird.canaries if each.tier != "public" and each.is_in(read)]


def rows(without: set[str] = ALLOWED) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, but those that may change, and but day-rounded counters."""
    found = {}
    for model in apps.get_models():
        name = model.__name__
        if name in without or not model._meta.managed:
            continue
        columns = [
            column.attname
            for column in model._meta.concrete_fields
            if column.attname not in COUNTERS.get(name, ()) and not isinstance(column, models.BinaryField)
        ]
        found[model._meta.label] = list(model._default_manager.order_by("pk").values(*columns))
    return found
