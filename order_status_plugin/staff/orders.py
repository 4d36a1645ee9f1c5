"""Orders and parcels for support staff: find one, see what is known of it and why, set a parcel by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..access.links import order_path
from ..carriers import catalogue
from ..cms.models import OrderNote
from ..tracking.models import DeliveryEstimate, Fulfillment, Order, OrderLine, Parcel, TrackingEvent
from . import narrow
from .by_hand import ByHandForm
from .carrier import ChoosesCarrier
from .deeds import DeedsAdmin
from .known import BY_CARRIER, BY_HOST, BY_SOURCE, BY_STATE
from .log import AuditInline
from .many import ManyAdmin, NeedsFilter
from .messages import ALL_DEEDS, ConsentInline, MessageInline
from .notes import notes_url
from .order_list import carriers_of, parcels_of, trouble_of, with_parcels
from .order_page import at_host, desk_url, is_capture_due
from .read_only import Pages, ReadOnlyInline
from .subscriptions import SubscriptionInline


class LineInline(ReadOnlyInline):
    """What was ordered."""

    model = OrderLine
    fields = ("title", "details", "sku", "quantity")


class FulfillmentInline(ReadOnlyInline):
    """What was sent."""

    model = Fulfillment
    fields = ("reference", "kind", "sent_at", "is_cancelled", "notify_customer")


class ParcelInline(ReadOnlyInline):
    """Where the parcels are."""

    model = Parcel
    fields = ("carrier_name", "number", "status", "overlay", "source", "last_checked_at", "history")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Parcel]:
        """Take the events along: one query, however many parcels. And know the shop's own carriers by name."""
        catalogue.refresh()
        events = Prefetch("events", TrackingEvent.objects.order_by("-sort_key", "-pk"))
        return super().get_queryset(request).prefetch_related(events)

    @admin.display(description=_("carrier"))
    def carrier_name(self, parcel: Parcel) -> str:
        """Name the carrier as customers know it."""
        known = catalogue.get(parcel.carrier)
        return known.name if known else parcel.carrier_text

    @admin.display(description=_("tracking number"))
    def number(self, parcel: Parcel) -> str:
        """Write the number in groups."""
        return catalogue.group(parcel.tracking_number)

    @admin.display(description=_("events"))
    def history(self, parcel: Parcel) -> SafeString:
        """List what happened, newest first."""
        return format_html_join(
            SafeString("<br>"),
            "{} {} {} {}",
            (
                (event.local_time.replace("T", " "), event.status or event.raw_code, event.place_text, event.message)
                for event in list(parcel.events.all())[:20]
            ),
        )


class NoteInline(ReadOnlyInline):
    """What staff wrote to the customer; it is written and changed on a page of its own."""

    model = OrderNote
    fields = ("words", "is_public", "author", "written_at", "changed_at", "withdrawn_at")

    @admin.display(description=_("text"))
    def words(self, note: Any) -> str:
        """Show what it says, without its marks."""
        return strip_tags(note.text)


class EventInline(ReadOnlyInline):
    """Everything that was told of one parcel, and by which rule it means what it means."""

    model = TrackingEvent
    fields = (
        "local_time",
        "utc_offset",
        "status",
        "overlay",
        "place_text",
        "message",
        "source",
        "raw_code",
        "rule",
        "received_at",
        "message_id",
    )
    ordering = ("-sort_key", "-pk")


class EstimateInline(ReadOnlyInline):
    """Every statement on the day of delivery."""

    model = DeliveryEstimate
    fields = ("earliest", "latest", "reason", "source", "stated_at", "received_at")
    ordering = ("-stated_at", "-pk")


class OrderAdmin(ManyAdmin, DeedsAdmin):
    """Orders. Nothing personal is read here: who the customer is stands on the order status page and at the host."""

    all_deeds = ALL_DEEDS
    change_form_template = "order_status_plugin/staff/order.html"
    list_display = (
        "__str__",
        "status_page",
        "host",
        "headline",
        "trouble",
        "parcel_count",
        "carriers",
        "placed_at",
        "country",
        "state_text",
    )
    list_filter = (NeedsFilter, "headline", BY_HOST, "site", BY_STATE, "is_held", "placed_at")
    list_select_related = ("site",)
    search_fields = ("number",)  # looked for by ``get_search_results``, exactly and by an index
    search_help_text = _("Order number, the host's reference or a tracking number.")
    show_full_result_count = False
    fields = (
        "number",
        "host",
        "reference",
        "headline",
        "placed_at",
        "state",
        "state_text",
        "payment",
        "currency",
        "total",
        "refunded_total",
        "locale",
        "site",
        "country",
        "shipping_method",
        "tags",
        "expected_dispatch",
        "handover",
        "is_imported",
        "read_at",
        "changed_at",
        "version",
        "is_held",
        "held_because",
        "grants_ended_at",
        "erased_at",
    )
    inlines = (
        NoteInline,
        ParcelInline,
        FulfillmentInline,
        MessageInline,
        SubscriptionInline,
        ConsentInline,
        LineInline,
        AuditInline,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Take the parcels along, in one query for a page."""
        catalogue.refresh()
        return with_parcels(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """Find by order number, reference and tracking number, in any spelling."""
        return (queryset.filter(pk__in=narrow.by_number(search_term)) if search_term else queryset), False

    @admin.display(description=_("page"))
    def status_page(self, order: Order) -> SafeString:
        """Lead to the order status page."""
        word = gettext("View order status page")
        return format_html('<a href="{}" aria-label="{}: {}">{}</a>', order_path(order), word, order, gettext("View"))

    @admin.display(description=_("parcels"))
    def parcel_count(self, order: Any) -> int:
        """Say how many parcels there are."""
        return parcels_of(order)

    @admin.display(description=_("carriers"))
    def carriers(self, order: Any) -> str:
        """Say who carries them."""
        return carriers_of(order)

    @admin.display(description=_("problem"))
    def trouble(self, order: Any) -> str:
        """Say what is wrong."""
        return trouble_of(order)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Link to the order status page, and to the order in the shop's own admin."""
        order = kwargs.get("obj")
        if order is not None:
            host_page, capture_page = at_host(order)
            context |= {
                "status_page": order_path(order),
                "host_page": host_page,
                "capture_page": capture_page if is_capture_due(order) else "",
                "desk_page": desk_url(request.user, order),
                "notes_page": notes_url(request.user, order),
                "deeds": self.deeds(request, order),
            }
        return super().render_change_form(request, context, *args, **kwargs)


class ParcelAdmin(ChoosesCarrier):
    """Parcels: reached from their orders, or found by number."""

    change_form_template = "order_status_plugin/staff/parcel.html"
    list_display = ("__str__", "order", "status", "overlay", "source", "last_checked_at")
    list_filter = ("status", "overlay", BY_CARRIER, BY_SOURCE)
    list_select_related = ("order",)
    search_fields = ("number_key",)  # looked for by ``get_search_results``
    search_help_text = _("Order number, the host's reference or a tracking number.")
    ordering = ("-pk",)
    paginator = Pages
    show_full_result_count = False
    fields = (
        "order",
        "fulfillment",
        "carrier",
        "carrier_by_hand",
        "carrier_text",
        "tracking_number",
        "status",
        "overlay",
        "source",
        "is_withdrawn",
        "last_checked_at",
    )
    inlines = (EventInline, EstimateInline)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Parcel], search_term: str
    ) -> tuple[QuerySet[Parcel], bool]:
        """Find the parcels of the orders that this number finds."""
        return (queryset.filter(order__in=narrow.by_number(search_term)) if search_term else queryset), False

    def get_urls(self) -> list[URLPattern]:
        """Add the form."""
        mine = path(
            "<path:object_id>/by-hand/",
            self.admin_site.admin_view(self.by_hand_view),
            name="order_status_plugin_parcel_by_hand",
        )
        return [mine, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Offer the form to those who may use it."""
        parcel = kwargs.get("obj")
        context["may_enter"] = self.may(request, "change") and parcel is not None and parcel.order.erased_at is None
        context["may_choose"] = context["may_enter"] and parcel is not None and parcel.is_carrier_open
        return super().render_change_form(request, context, *args, **kwargs)

    def by_hand_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form, and record what was entered."""
        if not self.may(request, "change"):
            raise PermissionDenied
        parcel = self.get_object(request, object_id)
        if parcel is None or parcel.order.erased_at is not None:
            raise Http404
        form = ByHandForm(request.POST or None, initial={"moment": timezone.now()})
        if request.method == "POST" and form.is_valid():
            form.enter(parcel)
            entered = form.cleaned_data["status"] or gettext("note or date")
            self.log_change(request, parcel, gettext("Set by hand: %s") % entered)
            self.message_user(request, gettext("This is on the order status page now."), messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:order_status_plugin_order_change", args=[parcel.order_id]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Set status by hand"),
            "subtitle": str(parcel),
            "parcel": parcel,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "order_status_plugin/staff/by_hand.html", context)
