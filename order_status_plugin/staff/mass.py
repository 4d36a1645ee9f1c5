"""What can be done to many orders at once, in either admin. Each says first how much it would do."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..messages import replay
from ..messages.models import OutboxMessage
from ..tracking.models import Order
from . import incoming
from .boxes import sentence
from .hands import hands
from .order_list import _FORMULA, CHANGE, REPLAY, VIEW, OrderListView, row_of, with_parcels

Orders = Sequence[Order]


@dataclass(frozen=True, slots=True)
class Mass:
    """One deed on many orders."""

    slug: str
    label: str | Promise
    permission: str
    #: Returns what would happen, in a sentence, and whether that is anything.
    would: Callable[[Orders], tuple[str, bool]]
    #: Does it; returns what to say, or a file.
    do: Callable[[Orders], str | HttpResponse]
    #: On the button of the page that asks.
    button: str | Promise


def _keys(orders: Orders) -> list[int]:
    return [order.pk for order in orders]


def _read(n: int) -> str:
    return ngettext("%d order is read again.", "%d orders are read again.", n) % n


def _would_read(orders: Orders) -> tuple[str, bool]:
    counted = Counter(order.host for order in orders if order.erased_at is None)
    named = ", ".join(f"{host}: {count}" for host, count in sorted(counted.items()))
    return f"{_read(counted.total())} {named}".strip(), bool(counted)


def _read_again(orders: Orders) -> str:
    return _read(hands().read_later([order.pk for order in orders if order.erased_at is None]))


def _stuck(orders: Orders) -> QuerySet[OutboxMessage]:
    return replay.stuck(OutboxMessage.objects.filter(order__in=_keys(orders)))


def _would_send(orders: Orders) -> tuple[str, bool]:
    count = replay.count(_stuck(orders))
    return sentence(count), bool(count.messages or count.later or count.held)


def _send_again(orders: Orders) -> str:
    n = replay.send_again(_stuck(orders))
    return ngettext("%d message is sent again.", "%d messages are sent again.", n) % n


def handled(n: int) -> str:
    """Say that so many messages are handled again."""
    return ngettext("%d message is handled again.", "%d messages are handled again.", n) % n


def _would_handle(orders: Orders) -> tuple[str, bool]:
    n = incoming.of(_keys(orders)).count()
    return handled(n), bool(n)


def _handle_again(orders: Orders) -> str:
    return handled(hands().replay_inbox(incoming.of(_keys(orders)).order_by()))


def _would_export(orders: Orders) -> tuple[str, bool]:
    n = len(orders)
    said = ngettext("The file has %d order.", "The file has %d orders.", n) % n
    return f"{said} {gettext('It holds no name, no address and no tracking number.')}", True


def _export(orders: Orders) -> HttpResponse:
    rows = with_parcels(Order.objects.filter(pk__in=_keys(orders)).order_by("-placed_at", "-pk"))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="orders-{timezone.localdate():%Y-%m-%d}.csv"'
    writer = csv.writer(response)
    writer.writerow(OrderListView.list_export)
    for order in rows.iterator(chunk_size=500):
        writer.writerow([_plain(value) for value in row_of(order).values()])
    return response


def _plain(value: Any) -> Any:
    """Let no spreadsheet run what an order number begins with."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


_read_label, _send_label = _("Read again from the shop"), _("Send messages again")
_handle_label = _("Handle carriers' messages again")
READ_AGAIN = Mass("read-again", _read_label, CHANGE, _would_read, _read_again, _read_label)
SEND_AGAIN = Mass("send-again", _send_label, CHANGE, _would_send, _send_again, _send_label)
HANDLE_AGAIN = Mass("handle-again", _handle_label, REPLAY, _would_handle, _handle_again, _handle_label)
EXPORT = Mass("export", _("Export"), VIEW, _would_export, _export, _("Download CSV"))
DEEDS = (READ_AGAIN, SEND_AGAIN, HANDLE_AGAIN, EXPORT)
