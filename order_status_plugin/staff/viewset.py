"""Orders in Wagtail's admin, all of it: the addresses, the entry of the menu, the permissions of its groups."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from .find_customer import FindView
from .import_views import ImportsView, ImportView
from .inbox_list import InboxView
from .notes import may
from .order_deeds import OrderDeedView
from .order_list import CHANGE, NAMESPACE, VIEW, OrderListView
from .order_page import OrderView


class OrdersViewSet(ViewSet):
    """All of it."""

    name = NAMESPACE
    url_prefix = "order-status/orders"
    icon = "list-ul"
    menu_label = _("Orders")
    menu_name = "order-status-orders"
    menu_order = 10

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        """Return an entry that is shown to those who may open it."""

        class OrdersMenuItem(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return may(request.user, VIEW, CHANGE)

        return OrdersMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        """Return the addresses."""
        return [
            path("", OrderListView.as_view(), name="index"),
            path("results/", OrderListView.as_view(results_only=True), name="index_results"),
            path("find/", FindView.as_view(), name="find"),
            path("inbox/", InboxView.as_view(), name="inbox"),
            path("imports/", ImportsView.as_view(), name="imports"),
            path("imports/<int:import_id>/", ImportView.as_view(), name="import"),
            path("<int:order_id>/", OrderView.as_view(), name="order"),
            path("<int:order_id>/do/<slug:slug>/", OrderDeedView.as_view(), name="deed"),
        ]

    def on_register(self) -> None:
        """Offer the permissions where Wagtail's groups are edited."""
        super().on_register()
        hooks.register("register_permissions", permissions)


def permissions() -> QuerySet[Permission]:
    """Return what a group can be given: to see orders, and to have something done."""
    names = (
        "view_order",
        "change_order",
        "view_inboxmessage",
        "change_inboxmessage",
        "view_status_page",
        "view_staffview",
        "view_auditentry",
    )
    return Permission.objects.filter(content_type__app_label="order_status_plugin", codename__in=names)
