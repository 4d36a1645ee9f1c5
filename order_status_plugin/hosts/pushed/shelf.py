"""The shelf of pushed orders: put, get, list. An older state never takes the place of a newer one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from ...events import OrderSnapshot
from ...exceptions import UnknownOrder
from .models import PushedOrder

_SNAPSHOT = TypeAdapter(OrderSnapshot)


def put(alias: str, snapshot: OrderSnapshot) -> bool:
    """Keep what the shop says now; say whether it counts.

    It does not where a later state is here already: deliveries may overtake each other. A state without ``changed_at``
    is as new as the moment at which it is told.
    """
    return change(alias, snapshot.reference, lambda _old: snapshot)


def change(alias: str, reference: str, make: Callable[[OrderSnapshot | None], OrderSnapshot]) -> bool:
    """Keep what ``make`` returns for what is here now (None: nothing), and let nobody else change it meanwhile.

    Say whether it counts, as :func:`put` does. Whatever ``make`` raises is raised, and nothing is kept.
    """
    now = timezone.now()
    with transaction.atomic():
        row, is_new = PushedOrder.objects.select_for_update().get_or_create(
            alias=alias, reference=reference, defaults={"state": "", "changed_at": now, "told_at": now}
        )
        new = make(_read(row) if row.state else None)
        if new.reference != reference:
            raise ValueError(f"{new.reference!r} is not kept in the place of {reference!r}.")
        changed_at = new.changed_at or now
        if not is_new and row.state and changed_at < row.changed_at:
            return False
        row.state, row.changed_at, row.told_at = _SNAPSHOT.dump_json(new).decode(), changed_at, now
        row.save()
    return True


def get(alias: str, reference: str) -> OrderSnapshot:
    """Return the state that was told last. Raises UnknownOrder."""
    # PostgreSQL refuses NUL in a text that it compares with.
    row = PushedOrder.objects.filter(alias=alias, reference=reference).first() if "\x00" not in reference else None
    if row is None or not row.state:
        raise UnknownOrder(f"{alias} never told us of an order {reference!r}.")
    return _read(row)


def changed_since(alias: str, moment: dt.datetime | None) -> Iterable[str]:
    """Yield the references of what was told since ``moment`` (aware), all for None, the oldest first."""
    rows = PushedOrder.objects.filter(alias=alias).exclude(state="")
    if moment is not None:
        rows = rows.filter(told_at__gte=moment)
    return rows.order_by("told_at", "pk").values_list("reference", flat=True).iterator(chunk_size=500)


def _read(row: PushedOrder) -> OrderSnapshot:
    try:
        return _SNAPSHOT.validate_json(row.state)
    except ValidationError:  # written by a release that knew other fields
        raise UnknownOrder(f"What {row} told cannot be read any more: have the shop send it again.") from None
