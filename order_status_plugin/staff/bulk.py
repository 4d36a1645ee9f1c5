"""What can be done to many orders at once in Wagtail's list. Each says first how much it would do."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.functional import classproperty
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.bulk_action import BulkAction

from ..messages import replay
from ..messages.models import OutboxMessage
from ..tracking.models import Order
from . import incoming
from .boxes import sentence
from .hands import hands
from .narrow import COUNTED
from .order_list import _FORMULA, CHANGE, REPLAY, VIEW, OrderListView, chosen, row_of, with_parcels


class OrderAction(BulkAction):  # type: ignore[misc]  # Wagtail is untyped
    """The base: on orders, with one permission, and a page that says what would happen."""

    template_name = "order_status_plugin/staff/orders/bulk.html"
    classes: ClassVar[set[str]] = set()
    permission = CHANGE
    #: On the button of the page that asks.
    button: Any = ""

    @classproperty
    def models(self) -> list[type[Order]]:
        """Return what it is for."""
        return [Order]

    def check_perm(self, obj: Order) -> bool:
        """Ask for the permission; who may do nothing to orders may not see them, either."""
        user: Any = self.request.user
        return bool(user.has_perm(self.permission) and (user.has_perm(VIEW) or user.has_perm(CHANGE)))

    def get_all_objects_in_listing_query(self, parent_id: Any) -> list[int]:
        """Return what the list shows on all its pages, as it was narrowed down; as many as it counts."""
        query = QueryDict(urlsplit(self.next_url).query)
        return list(chosen(query).values_list("pk", flat=True)[:COUNTED])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say how much."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        orders = [each["item"] for each in context["items"]]
        said, is_something = self.would(orders) if orders else ("", False)
        return {
            **context,
            "title": self.display_name,
            "orders": orders[:10],
            "more": max(0, len(orders) - 10),
            "count": len(orders),
            "said": said,
            "is_something": is_something,
            "button": self.button or self.display_name,
        }

    def would(self, orders: Sequence[Order]) -> tuple[str, bool]:
        """Return what would happen, in a sentence, and whether that is anything."""
        raise NotImplementedError

    def get_execution_context(self) -> dict[str, Any]:
        """Hand over who asks."""
        return {"action": self}


def _keys(orders: Sequence[Order]) -> list[int]:
    return [order.pk for order in orders]


class ReadAgain(OrderAction):
    """Read them from their hosts once more."""

    display_name = _("Read again from the shop")
    aria_label = _("Read the selected orders again from the shop")
    action_type = "read-again"
    action_priority = 10

    def would(self, orders: Sequence[Order]) -> tuple[str, bool]:
        """Count them by host."""
        counted = Counter(order.host for order in orders if order.erased_at is None)
        named = ", ".join(f"{host}: {count}" for host, count in sorted(counted.items()))
        n = counted.total()
        said = ngettext("%d order is read again.", "%d orders are read again.", n) % n
        return f"{said} {named}".strip(), bool(n)

    @classmethod
    def execute_action(cls, objects: Sequence[Order], **kwargs: Any) -> tuple[int, int]:
        """Have the worker do it."""
        return hands().read_later([order.pk for order in objects if order.erased_at is None]), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Say that it is under way."""
        n = num_parent_objects
        return ngettext("%d order is read again.", "%d orders are read again.", n) % n


class SendAgain(OrderAction):
    """Send what was given up, or may not have arrived."""

    display_name = _("Send messages again")
    aria_label = _("Send the messages of the selected orders again that did not leave")
    action_type = "send-again"
    action_priority = 20

    @staticmethod
    def messages(orders: Sequence[Order]) -> QuerySet[OutboxMessage]:
        """Return what could not be sent, or may not have arrived."""
        return replay.stuck(OutboxMessage.objects.filter(order__in=_keys(orders)))

    def would(self, orders: Sequence[Order]) -> tuple[str, bool]:
        """Ask the relay's own rules."""
        count = replay.count(self.messages(orders))
        return sentence(count), bool(count.messages or count.later or count.held)

    @classmethod
    def execute_action(cls, objects: Sequence[Order], **kwargs: Any) -> tuple[int, int]:
        """Make them due."""
        return replay.send_again(cls.messages(objects)), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Say how many."""
        n = num_parent_objects
        return ngettext("%d message is sent again.", "%d messages are sent again.", n) % n


class HandleAgain(OrderAction):
    """Handle once more what came in about them."""

    display_name = _("Handle carriers' messages again")
    aria_label = _("Handle again what carriers said of the selected orders")
    action_type = "handle-again"
    action_priority = 30
    permission = REPLAY

    def would(self, orders: Sequence[Order]) -> tuple[str, bool]:
        """Count them."""
        n = incoming.of(_keys(orders)).count()
        return ngettext("%d message is handled again.", "%d messages are handled again.", n) % n, bool(n)

    @classmethod
    def execute_action(cls, objects: Sequence[Order], **kwargs: Any) -> tuple[int, int]:
        """Make them due."""
        return hands().replay_inbox(incoming.of(_keys(objects))), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """Say how many."""
        n = num_parent_objects
        return ngettext("%d message is handled again.", "%d messages are handled again.", n) % n


class ExportSelected(OrderAction):
    """A spreadsheet of them, without anything personal."""

    display_name = _("Export")
    aria_label = _("Export the selected orders")
    action_type = "export"
    action_priority = 40
    permission = VIEW
    button = _("Download CSV")

    def would(self, orders: Sequence[Order]) -> tuple[str, bool]:
        """Count the lines."""
        n = len(orders)
        said = ngettext("The file has %d order.", "The file has %d orders.", n) % n
        return f"{said} {gettext('It holds no name, no address and no tracking number.')}", True

    def prepare_action(self, objects: Sequence[Order], objects_without_access: Any) -> HttpResponse:
        """Answer with the file, instead of doing anything."""
        return as_csv(with_parcels(Order.objects.filter(pk__in=_keys(objects)).order_by("-placed_at", "-pk")))


def as_csv(orders: QuerySet[Order]) -> HttpResponse:
    """Return the spreadsheet of these orders, which must have their parcels with them."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="orders-{timezone.localdate():%Y-%m-%d}.csv"'
    writer = csv.writer(response)
    writer.writerow(OrderListView.list_export)
    for order in orders.iterator(chunk_size=500):
        writer.writerow([_plain(value) for value in row_of(order).values()])
    return response


def _plain(value: Any) -> Any:
    """Let no spreadsheet run what an order number begins with."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


ACTIONS = (ReadAgain, SendAgain, HandleAgain, ExportSelected)
