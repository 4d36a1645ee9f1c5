"""The deeds on many orders as Wagtail's bulk actions: below its list, for what is ticked or for all that it shows."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.utils.functional import classproperty
from wagtail.admin.views.bulk_action import BulkAction

from ..tracking.models import Order
from .mass import EXPORT, HANDLE_AGAIN, READ_AGAIN, SEND_AGAIN, Mass
from .narrow import COUNTED
from .order_list import CHANGE, VIEW, chosen


class OrderAction(BulkAction):  # type: ignore[misc]  # Wagtail is untyped
    """The base: on orders, with one permission, and a page that says what would happen."""

    template_name = "order_status_plugin/staff/orders/bulk.html"
    classes: ClassVar[set[str]] = set()
    deed: ClassVar[Mass]

    @classproperty
    def models(self) -> list[type[Order]]:
        """Return what it is for."""
        return [Order]

    def check_perm(self, obj: Order) -> bool:
        """Ask for the permission; who may do nothing to orders may not see them, either."""
        user: Any = self.request.user
        if self.deed.permission == VIEW:
            return bool(user.has_perm(VIEW) or user.has_perm(CHANGE))
        return bool(user.has_perm(self.deed.permission) and (user.has_perm(VIEW) or user.has_perm(CHANGE)))

    def get_all_objects_in_listing_query(self, parent_id: Any) -> list[int]:
        """Return what the list shows on all its pages, as it was narrowed down; as many as it counts."""
        query = QueryDict(urlsplit(self.next_url).query)
        return list(chosen(query).values_list("pk", flat=True)[:COUNTED])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say how much."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        orders = [each["item"] for each in context["items"]]
        said, is_something = self.deed.would(orders) if orders else ("", False)
        return {
            **context,
            "title": self.display_name,
            "orders": orders[:10],
            "more": max(0, len(orders) - 10),
            "count": len(orders),
            "said": said,
            "is_something": is_something,
            "button": self.deed.button,
        }

    def prepare_action(self, objects: Any, objects_without_access: Any) -> HttpResponse | None:
        """Do it here: a file is the answer, and words are said after the rest."""
        self.said = self.deed.do(objects) if objects else ""
        return self.said if isinstance(self.said, HttpResponse) else None

    @classmethod
    def execute_action(cls, objects: Any, **kwargs: Any) -> tuple[int, int]:
        """Leave it: it is done."""
        return len(objects), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str | None:
        """Say what was done."""
        return str(self.said) or None


class ReadAgain(OrderAction):
    """Read them from their hosts once more."""

    deed = READ_AGAIN
    action_type, display_name, aria_label, action_priority = deed.slug, deed.label, deed.label, 10


class SendAgain(OrderAction):
    """Send what was given up, or may not have arrived."""

    deed = SEND_AGAIN
    action_type, display_name, aria_label, action_priority = deed.slug, deed.label, deed.label, 20


class HandleAgain(OrderAction):
    """Handle once more what came in about them."""

    deed = HANDLE_AGAIN
    action_type, display_name, aria_label, action_priority = deed.slug, deed.label, deed.label, 30


class ExportSelected(OrderAction):
    """A spreadsheet of them, without anything personal."""

    deed = EXPORT
    action_type, display_name, aria_label, action_priority = deed.slug, deed.label, deed.label, 40


ACTIONS = (ReadAgain, SendAgain, HandleAgain, ExportSelected)
