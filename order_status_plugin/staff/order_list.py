"""The list of orders in Wagtail's admin: search, filters, columns, a spreadsheet without anything personal."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Prefetch, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import BaseColumn, BulkActionsCheckboxColumn, Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.models import Site
from wagtail.permission_policies import ModelPermissionPolicy

from ..access.links import order_path
from ..access.tiers import PERMISSION
from ..carriers import catalogue
from ..cms import choices
from ..conf import conf
from ..events import Headline, Overlay, ParcelStatus
from ..tracking.models import Order, Parcel
from ..view.words import HEADLINE, OVERLAY
from . import narrow
from .notes import may

NAMESPACE = "order_status_orders"
VIEW, CHANGE = (f"order_status_plugin.{action}_order" for action in ("view", "change"))
SEE_INBOX, REPLAY = (f"order_status_plugin.{action}_inboxmessage" for action in ("view", "change"))
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ListPaginator(narrow.Counted, WagtailPaginator):
    """Wagtail's, for many orders."""


def headlines() -> list[tuple[str, str]]:
    """Return every headline by its word."""
    return [(one.value, str(HEADLINE[one]).rstrip(".")) for one in Headline]


class OrderFilters(WagtailFilterSet):
    """What the list can be narrowed by."""

    headline = django_filters.MultipleChoiceFilter(label=gettext_lazy("Status"), choices=headlines)
    needs = django_filters.ChoiceFilter(
        label=gettext_lazy("Needs a look"),
        choices=lambda: [(word, name) for word, (name, _keep) in narrow.NEEDS.items()],
        method="filter_needs",
    )
    carrier = django_filters.ChoiceFilter(
        label=gettext_lazy("Carrier"), choices=choices.carriers, method="filter_carrier"
    )
    placed_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Placed"), widget=DateRangePickerWidget)
    host = django_filters.ChoiceFilter(
        label=gettext_lazy("Host"), choices=lambda: [(alias, alias) for alias in conf.HOSTS]
    )
    site = django_filters.ModelChoiceFilter(label=gettext_lazy("Site"), queryset=lambda _request: Site.objects.all())

    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []

    def filter_needs(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """Keep what somebody should look at."""
        return narrow.NEEDS[value][1](orders) if value else orders

    def filter_carrier(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """Keep the orders that this carrier brings something of."""
        return narrow.carried_by(orders, value) if value else orders


def chosen(query: QueryDict) -> QuerySet[Order]:
    """Return the orders that a list with this query shows on all its pages."""
    orders = Order.objects.order_by()
    filters = OrderFilters(query, queryset=orders)
    if filters.is_valid():
        orders = filters.filter_queryset(orders)
    return narrowed(orders, query)


def narrowed(orders: QuerySet[Order], query: QueryDict) -> QuerySet[Order]:
    """Keep what was searched for: a number, or a customer by the digests of an address."""
    if number := query.get("q", ""):
        orders = orders.filter(pk__in=narrow.by_number(number))
    if digests := query.getlist("customer"):
        orders = orders.filter(pk__in=narrow.by_digest(digests))
    return orders


class WordColumn(Column):
    """A column whose words are made of a row, in the reader's language."""

    def __init__(self, name: str, label: Any, say: Any, **kwargs: Any) -> None:
        """Take the function that says it."""
        super().__init__(name, label=label, accessor=say, **kwargs)


def status_word(order: Order) -> str:
    """Return the order's one word."""
    return str(HEADLINE[Headline(order.headline)]).rstrip(".")


def carriers_of(order: Any) -> str:
    """Return who carries its parcels, each once."""
    known = (catalogue.get(parcel.carrier) for parcel in order.shown)
    names = (found.name if found else parcel.carrier_text for found, parcel in zip(known, order.shown, strict=True))
    return ", ".join(name for name in dict.fromkeys(names) if name)


def parcels_of(order: Any) -> int:
    """Return how many parcels there are."""
    return len(order.shown)


def trouble_of(order: Any) -> str:
    """Return what is wrong with its parcels, each once."""
    found = [str(OVERLAY[Overlay(parcel.overlay)]) for parcel in order.shown if parcel.overlay] + [
        _("Lost") for parcel in order.shown if parcel.status == ParcelStatus.LOST
    ]
    return ", ".join(dict.fromkeys(found))


def with_parcels(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Take along what the columns say of parcels, in one query for a page: no tracking number."""
    columns = ("pk", "order_id", "carrier", "carrier_text", "status", "overlay")
    shown = Parcel.objects.filter(is_withdrawn=False, fulfillment__is_cancelled=False).only(*columns)
    return orders.prefetch_related(Prefetch("parcels", shown, to_attr="shown"))


class OrderListView(IndexView):
    """The list. Nothing personal is read for it."""

    model = Order
    permission_policy = ModelPermissionPolicy(Order)
    any_permission_required: ClassVar[list[str]] = ["view", "change"]
    template_name = "order_status_plugin/staff/orders/index.html"
    results_template_name = "order_status_plugin/staff/orders/results.html"
    page_title = gettext_lazy("Orders")
    header_icon = "list-ul"
    index_url_name = f"{NAMESPACE}:index"
    index_results_url_name = f"{NAMESPACE}:index_results"
    filterset_class = OrderFilters
    paginator_class = ListPaginator
    paginate_by = 25
    is_searchable = True
    default_ordering = ("-placed_at", "-pk")
    list_export: ClassVar[list[str]] = [
        "number",
        "host",
        "reference",
        "status",
        "placed_at",
        "country",
        "shipping_method",
        "parcel_count",
        "carriers",
        "trouble",
        "state_text",
        "payment",
    ]
    export_headings: ClassVar[dict[str, Any]] = {
        "status": gettext_lazy("Status"),
        "parcel_count": gettext_lazy("Parcels"),
        "carriers": gettext_lazy("Carriers"),
        "trouble": gettext_lazy("Problem"),
    }

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Know the shop's own carriers by name."""
        super().setup(request, *args, **kwargs)
        catalogue.refresh()

    def get_base_queryset(self) -> QuerySet[Order]:
        """Return all orders with their parcels."""
        return with_parcels(Order.objects.select_related("site"))

    def search_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """Find by number, exactly: whoever types a name or an address finds nothing."""
        return narrowed(queryset, self.request.GET)

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """Return what is shown of each."""
        title = self._get_title_column_class(TitleColumn)
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="order"),
            title(
                "number",
                label=_("Order"),
                accessor=str,
                get_url=lambda order: reverse(f"{NAMESPACE}:order", args=[order.pk]),
                get_title_id=lambda order: f"order_{order.pk}_title",
            ),
            WordColumn("status", _("Status"), status_word),
            WordColumn("trouble", _("Problem"), trouble_of),
            WordColumn("parcels", _("Parcels"), parcels_of),
            WordColumn("carriers", _("Carriers"), carriers_of),
            Column("placed_at", label=_("Placed"), sort_key="placed_at"),
            Column("country", label=_("Country")),
            Column("host", label=_("Host")),
        ]

    def get_list_more_buttons(self, instance: Order) -> list[Any]:
        """Lead to the order's page, as its customer has it."""
        return [page_button(instance)] if self.request.user.has_perm(PERMISSION) else []

    @cached_property
    def header_buttons(self) -> list[Any]:
        """Lead to what else can be done here."""
        found = [HeaderButton(_("Find by email"), url=reverse(f"{NAMESPACE}:find"), icon_name="mail")]
        if may(self.request.user, SEE_INBOX, REPLAY):
            found.append(HeaderButton(_("Inbox"), url=reverse(f"{NAMESPACE}:inbox"), icon_name="download"))
        if self.user_has_permission("change"):
            found.append(
                HeaderButton(_("Import tracking numbers"), url=reverse(f"{NAMESPACE}:imports"), icon_name="upload")
            )
        return found

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Say what the template of bulk actions asks for, and when there are more than were counted."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return {
            **context,
            "model_opts": Order._meta,
            "counted": narrow.COUNTED if context.get("items_count") == narrow.COUNTED else 0,
            "is_by_customer": "customer" in self.request.GET,
            "looks_like_email": "@" in self.search_query,
        }

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        """Return one row of the spreadsheet."""
        return row_of(item)

    def get_filename(self) -> str:
        """Return the spreadsheet's name."""
        return f"orders-{timezone.localdate():%Y-%m-%d}"

    def get_preprocess_function(self, field: str, value: Any, export_format: str) -> Any:
        """Let no spreadsheet run what an order number begins with."""
        if isinstance(value, str) and value.startswith(_FORMULA):
            return lambda text: f"'{text}"
        return super().get_preprocess_function(field, value, export_format)


def page_button(order: Order) -> Button:
    """Return the button that leads to the order status page."""
    return Button(_("View order status page"), url=order_path(order), icon_name="view", priority=10)


def row_of(order: Any) -> dict[str, Any]:
    """Return what a spreadsheet says of an order with its parcels."""
    own = ("number", "host", "reference", "placed_at", "country", "shipping_method", "state_text", "payment")
    made = {
        "status": status_word(order),
        "parcel_count": parcels_of(order),
        "carriers": carriers_of(order),
        "trouble": trouble_of(order),
        **{name: getattr(order, name) for name in own},
    }
    return {name: made[name] for name in OrderListView.list_export}
