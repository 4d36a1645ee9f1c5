"""What our fields in the dashboard's form of a shipping event say, written where Oscar keeps it: in its reference.

Oscar has one free field for an event. A parcel becomes ``UPS 1Z999AA10123456784`` there, and an event that the customer
is not to hear of ends with :data:`SILENT`: staff see both in the list of events, and they survive whatever becomes of us.
"""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, QueryDict
from oscar.core.loading import get_class

from ...carriers import catalogue

#: Stands in the notes of an event that the customer is not told of.
SILENT = "[silent]"

#: Names of our fields. The first one is always there: an unticked box sends nothing.
_SHOWN, _TELL, _CARRIER, _NUMBER = (f"order_status_{name}" for name in ("shown", "tell", "carrier", "number"))


def take_part(*, takes_parcels: bool) -> None:
    """Have the dashboard's order page show our fields and read them before it makes the event.

    ``takes_parcels`` is False where the shop reads its references in its own way: then we write no parcel into them.
    """
    try:
        view = get_class("dashboard.orders.views", "OrderDetailView")
    except Exception:  # noqa: BLE001 - a shop may run without Oscar's dashboard
        return
    ours = {"order_status_takes_parcels": takes_parcels, "order_status_carriers": _names}
    view.extra_context = {**(view.extra_context or {}), **ours}
    if not hasattr(view.create_shipping_event, "reads_our_fields"):
        view.create_shipping_event = _reading(view.create_shipping_event)


def _names() -> list[str]:
    return sorted({carrier.name for carrier in catalogue.every()}, key=str.casefold)


def _reading(theirs: Any) -> Any:
    @functools.wraps(theirs)
    def create_shipping_event(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if _SHOWN in request.POST:
            given = request.POST.copy()
            given["reference"] = written(given)
            request.POST = given  # type: ignore[assignment]
        return theirs(self, request, *args, **kwargs)

    create_shipping_event.reads_our_fields = True  # type: ignore[attr-defined]
    return create_shipping_event


def written(given: QueryDict) -> str:
    """Return the reference of the event that this form asks for."""
    number = given.get(_NUMBER, "").strip()
    parcel = f"{given.get(_CARRIER, '').strip()} {number}".strip() if number else ""
    reference = ", ".join(filter(None, (parcel, given.get("reference", "").strip())))
    return reference if _TELL in given else f"{reference} {SILENT}".strip()


def read(notes: str) -> tuple[str, bool]:
    """Return the notes of an event without our mark, and whether the customer is told of it."""
    return notes.replace(SILENT, " "), SILENT not in notes
