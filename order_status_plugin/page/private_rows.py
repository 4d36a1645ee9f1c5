"""What a kept private page needs of its order, by one query: may this browser see it, the page, and its personal values."""

from __future__ import annotations

import datetime as dt
import json
from collections import namedtuple
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connections, router
from django.db.models import Model

from ..access import grants
from ..access.models import Device, Grant
from ..cms.models import ContentEpoch, OrderNote
from ..tracking.models import DeliveryEstimate, Order, OrderContact, OrderLine, Parcel, TrackingEvent
from ..tracking.queries import POINT, PRIVATE_PARCEL
from ..view.marks import Values
from .models import KeptPage

#: The columns that a page's marks can name, and those that their forms read beside them.
_ORDER = ("number", "currency", "country", "items_total", "shipping_total", "tax_total", "total", "refunded_total")
_CONTACT = ("name", "email", "phone", "payment_summary", "shipping_address", "billing_address", "line_texts")
_LINE = ("pk", "reference", "total")
_PARCEL = ("pk", "carrier", "carrier_text", "handed_to", *PRIVATE_PARCEL)
_EVENT = ("pk", "message", "place_text", "city", "region", "country", *POINT)
_ESTIMATE, _NOTE = ("pk", "reason"), ("pk", "text")
_GRANT, _DEVICE = ("pk", "created_at", "method", "expires_at", "last_used_on"), ("label", "token_hash")


def _row(columns: Sequence[str]) -> Any:
    return namedtuple("Row", columns)


_OrderRow, _ContactRow, _LineRow, _ParcelRow = _row(_ORDER), _row(_CONTACT), _row(_LINE), _row(_PARCEL)
_EventRow, _EstimateRow, _NoteRow, _DeviceRow = _row(_EVENT), _row(_ESTIMATE), _row(_NOTE), _row(_GRANT + _DEVICE)
_CHECKED = _PARCEL.index("last_checked_at")


@dataclass(frozen=True, slots=True)
class Rows:
    """What one query found. None of it but the page was ever kept."""

    epoch: int
    html: str
    grant: dict[str, Any]  # what the rules on grants read
    values: Values
    devices: list[Any]  # rows that ``grants.listed`` takes


def read(token_hash: str, variant: str, locator: str, link_version: int, now: dt.datetime) -> Rows | None:
    """Return the rows of the order of a link, for the browser with this token; None where it was never let in."""
    connection = connections[router.db_for_read(KeptPage)]
    given = [token_hash, variant, connection.ops.adapt_datetimefield_value(now), locator, link_version]
    with connection.cursor() as cursor:
        cursor.execute(_sql(connection.vendor), given)
        row = cursor.fetchone()
    if row is None:
        return None
    end = 2 + len(grants.COLUMNS)
    grant = dict(zip(grants.COLUMNS, row[2:end], strict=True))
    grant["created_at"], grant["expires_at"] = _moment(grant["created_at"]), _moment(grant["expires_at"])
    for name in ("last_used_on", "device__last_seen_on"):
        grant[name] = _day(grant[name])
    order = _OrderRow(*row[end : end + 3], *map(_amount, row[end + 3 : end + len(_ORDER)]))
    values, devices = _values(order, row[end + len(_ORDER) :], now)
    return Rows(row[0], row[1], grant, values, devices)


def _values(order: Any, row: Sequence[Any], now: dt.datetime) -> tuple[Values, list[Any]]:
    contact_pk, *texts = row[: len(_CONTACT) + 1]
    contact = None
    if contact_pk is not None:
        contact = _ContactRow(*texts[:4], *(json.loads(each) if isinstance(each, str) else each for each in texts[4:]))
    lines, parcels, notes, grants_given = map(_read_list, _read_list(row[-1]))
    known: dict[str, Any] = {"o": order, "c": contact}
    for pk, reference, total in lines:
        known[f"l{pk}"] = _LineRow(pk, reference, _amount(total))
    for *parcel, events, estimates in parcels:
        parcel[_CHECKED] = _moment(parcel[_CHECKED])
        known[f"p{parcel[0]}"] = _ParcelRow._make(parcel)
        for each in _read_list(events):
            known[f"e{each[0]}"] = _EventRow._make(each)
        for each in _read_list(estimates):
            known[f"s{each[0]}"] = _EstimateRow._make(each)
    for each in notes:
        known[f"n{each[0]}"] = _NoteRow._make(each)
    return Values(order, contact, known, now), [_device(*each) for each in grants_given]


def _read_list(value: Any) -> list[Any]:
    """Return a list as JSON has it: in SQLite a list in a list is a text again, and one of nothing may be no list."""
    return json.loads(value) if isinstance(value, str) else value or []


def _device(pk: int, since: str, method: str, until: str, used_on: str, label: str, token_hash: str) -> Any:
    return _DeviceRow(pk, _moment(since), method, _moment(until), _day(used_on), label, token_hash)


@lru_cache(maxsize=4)
def _sql(vendor: str) -> str:
    """Return the query. Written out, for the ORM has no words for it: one row of the order, its others as one list."""
    as_list, as_lists = "json_array", "json_group_array"
    if vendor == "postgresql":
        as_list, as_lists = "json_build_array", "json_agg"
    order, contact, grant, device = map(_table, (Order, OrderContact, Grant, Device))
    line, parcel, event, said, note = map(_table, (OrderLine, Parcel, TrackingEvent, DeliveryEstimate, OrderNote))
    page, epoch = map(_table, (KeptPage, ContentEpoch))

    def many(columns: Iterable[str], source: str) -> str:
        return f"(SELECT {as_lists}({as_list}({', '.join(columns)})) FROM {source})"  # noqa: S608

    events = many(_of(TrackingEvent, _EVENT, "y"), f"{event} y WHERE y.parcel_id = x.id")
    estimates = many(_of(DeliveryEstimate, _ESTIMATE, "y"), f"{said} y WHERE y.parcel_id = x.id")
    lists = (
        many(_of(OrderLine, _LINE, "x"), f"{line} x WHERE x.order_id = o.id"),
        many([*_of(Parcel, _PARCEL, "x"), events, estimates], f"{parcel} x WHERE x.order_id = o.id"),
        many(_of(OrderNote, _NOTE, "x"), f"{note} x WHERE x.order_id = o.id AND x.withdrawn_at IS NULL"),
        many(
            [*_of(Grant, _GRANT, "x"), *_of(Device, _DEVICE, "y")],
            f"{grant} x JOIN {device} y ON y.id = x.device_id WHERE x.order_id = o.id",
        ),
    )
    columns = (
        *("e.number", "k.html"),
        *map(_of_grant, grants.COLUMNS),
        *_of(Order, _ORDER, "o"),
        *_of(OrderContact, ("pk", *_CONTACT), "c"),
        f"CAST({as_list}({', '.join(lists)}) AS text)",
    )
    return (
        f"SELECT {', '.join(columns)} FROM {order} o "  # noqa: S608 - names of ours
        f"JOIN {grant} g ON g.order_id = o.id JOIN {device} d ON d.id = g.device_id AND d.token_hash = %s "
        f"JOIN {page} k ON k.order_id = o.id AND k.version = o.version AND k.variant = %s AND k.valid_until > %s "
        f"JOIN (SELECT COALESCE((SELECT number FROM {epoch} WHERE id = 1), 0) AS number) e ON e.number = k.epoch "
        f"LEFT JOIN {contact} c ON c.order_id = o.id "
        "WHERE o.locator = %s AND o.link_version = %s"
    )


def _table(model: type[Model]) -> str:
    return connections[router.db_for_read(model)].ops.quote_name(model._meta.db_table)


def _of(model: Any, names: Iterable[str], alias: str) -> list[str]:
    quote = connections[router.db_for_read(model)].ops.quote_name
    fields = (model._meta.pk if name == "pk" else model._meta.get_field(name) for name in names)
    return [f"{alias}.{quote(field.column)}" for field in fields]


def _of_grant(name: str) -> str:
    """Return the column of what the rules on grants read, by the name that they have for it."""
    for prefix, model, alias in (
        ("device__", Device, "d"),
        ("order__contact__", OrderContact, "c"),
        ("order__", Order, "o"),
    ):
        if name.startswith(prefix):
            return _of(model, [name.removeprefix(prefix)], alias)[0]
    return _of(Grant, [name], "g")[0]


def _moment(value: Any) -> Any:
    """Return a moment as a database, or its JSON, gives it."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    return value.replace(tzinfo=dt.UTC) if value is not None and value.tzinfo is None else value


def _day(value: Any) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _amount(value: Any) -> Decimal | None:
    return value if value is None or isinstance(value, Decimal) else Decimal(str(value))
