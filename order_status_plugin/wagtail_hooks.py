"""Registers what editors get in Wagtail's admin: registrations only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.rich_text.editors.draftail.features import ControlFeature
from wagtail.admin.widgets import Button
from wagtail.rich_text import FeatureRegistry

from . import flow
from .cms import brand_admin, words
from .cms.preview import OrderPreviewMixin
from .page import counting
from .page.past import FRAME_URL, URL, PastFrameView, PastView
from .page.sheet import LookView, SentenceView, SheetView, sheet_url
from .staff import bulk, undelivered
from .staff.feedback import FeedbackMenuItem, FeedbackReport
from .staff.hands import Hands, hand_over
from .staff.keys_page import KeysMenuItem, KeysPage
from .staff.notes import NotesViewSet
from .staff.panel import OrdersPanel
from .staff.report import URL as REPORT_URL
from .staff.report import OrdersReport, ReportMenuItem
from .staff.rules import MessageRulesViewSet
from .staff.trials import TrialMenuItem, TrialView
from .staff.viewset import OrdersViewSet

hand_over(
    Hands(
        inbox=flow.inbox_messages,
        replay_inbox=flow.replay_inbox,
        read_later=flow.read_later,
        give_number=flow.give_number,
        import_later=flow.import_later,
        page_views=counting.views,
    )
)


@hooks.register("register_rich_text_features")
def placeholders_in_rich_text(features: FeatureRegistry) -> None:
    """Let Draftail fields name the picker of placeholders as a feature."""
    features.register_editor_plugin("draftail", words.PICKER, ControlFeature({"type": words.PICKER}))


@hooks.register("insert_editor_js")
def placeholder_picker() -> SafeString:
    """Put the picker under fields for words."""
    return format_html(
        '{}<link rel="stylesheet" href="{}"><script src="{}"></script>',
        json_script(words.picker(), "order-placeholders"),
        static("order_status_plugin/editor/placeholders.css"),
        static("order_status_plugin/editor/placeholders.js"),
    )


@hooks.register("insert_editor_js")
def audience_title() -> SafeString:
    """Keep the title of an audience true while an editor chooses."""
    return format_html(
        '<script id="order-audience" data-url="{}" src="{}"></script>',
        reverse("order_status_sentence"),
        static("order_status_plugin/editor/audience.js"),
    )


@hooks.register("register_admin_urls")
def sheet_addresses() -> list[URLPattern]:
    """Add the overview sheet and what it frames."""
    one = "<str:app_label>/<str:model_name>/<str:pk>/"
    return [
        path("order-status/sheet/", SheetView.as_view(), name="order_status_sheet"),
        path(f"order-status/sheet/{one}", SheetView.as_view(), name="order_status_sheet_of"),
        path("order-status/sentence/", SentenceView.as_view(), name="order_status_sentence"),
        path("order-status/look/", LookView.as_view(), name="order_status_look"),
        path(f"order-status/look/{one}", LookView.as_view(), name="order_status_look_of"),
    ]


@hooks.register("register_admin_urls")
def report_addresses() -> list[URLPattern]:
    """Add the report on orders."""
    return [path("reports/orders/", OrdersReport.as_view(), name=REPORT_URL)]


@hooks.register("register_reports_menu_item")
def report_in_the_menu() -> MenuItem:
    """Lead to that report."""
    return ReportMenuItem()


@hooks.register("construct_homepage_panels")
def orders_on_the_home_page(request: HttpRequest, panels: list[Any]) -> None:
    """Say on Wagtail's home page which orders need somebody."""
    panels.append(OrdersPanel())


@hooks.register("register_admin_urls")
def past_addresses() -> list[URLPattern]:
    """Add what a customer saw at a moment."""
    return [
        path("order-status/past/<int:pk>/", PastView.as_view(), name=URL),
        path("order-status/past/<int:pk>/page/", PastFrameView.as_view(), name=FRAME_URL),
    ]


for action in bulk.ACTIONS:
    hooks.register("register_bulk_action", action)


@hooks.register("register_admin_urls")
def trial_addresses() -> list[URLPattern]:
    """Add the form that sends a test message."""
    return [
        path("order-status/test-message/", TrialView.as_view(), name="order_status_trial"),
        path("order-status/test-message/<str:pk>/", TrialView.as_view(), name="order_status_trial_of"),
    ]


@hooks.register("register_permissions")
def trial_permission() -> Any:
    """Let groups be given the permission to send it."""
    return Permission.objects.filter(content_type__app_label="order_status_plugin", codename="send_test_message")


@hooks.register("register_admin_urls")
def key_addresses() -> list[URLPattern]:
    """Add the page of API keys."""
    return [path("order-status/api-keys/", KeysPage.as_view(), name="order_status_api_keys")]


@hooks.register("register_permissions")
def key_permissions() -> Any:
    """Let groups be given the permissions on them."""
    names = ("view_apikey", "add_apikey", "change_apikey")
    return Permission.objects.filter(content_type__app_label="order_status_plugin", codename__in=names)


def sheet_item() -> MenuItem:
    """Return the entry of the sheet of what is live."""
    return MenuItem(_("Every status at once"), sheet_url(), name="order-status-sheet", icon_name="view", order=1000)


@hooks.register("register_admin_urls")
def feedback_addresses() -> list[URLPattern]:
    """Add the report of what customers said."""
    return [
        path("reports/order-feedback/", FeedbackReport.as_view(), name="order_status_feedback"),
        path(
            "reports/order-feedback/results/",
            FeedbackReport.as_view(results_only=True),
            name="order_status_feedback_results",
        ),
    ]


@hooks.register("register_reports_menu_item")
def feedback_in_the_menu() -> MenuItem:
    """Lead to that report."""
    return FeedbackMenuItem()


@hooks.register("register_permissions")
def feedback_permission() -> Any:
    """Let groups be given the permission to read it."""
    return Permission.objects.filter(content_type__app_label="order_status_plugin", codename="view_feedback")


hooks.register("register_admin_urls", undelivered.addresses)
hooks.register("register_reports_menu_item", undelivered.UndeliveredMenuItem)
hooks.register("register_permissions", undelivered.permissions)


@hooks.register("register_page_header_buttons")
def sheet_of_the_page(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Lead from the page's editor to its sheet."""
    if isinstance(page, OrderPreviewMixin) and view_name == "edit":
        yield Button(_("Every status at once"), sheet_url(page), icon_name="view", priority=70)


if apps.is_installed("wagtail.snippets"):
    from wagtail.snippets.models import register_snippet
    from wagtail.snippets.views.snippets import SnippetViewSetGroup

    from .cms.admin import SpecialMessageViewSet
    from .cms.text_admin import MessageTextViewSet

    class OrderStatusGroup(SnippetViewSetGroup):
        """One entry of the menu holds all that is edited for the order status page."""

        menu_label = _("Order status")
        menu_icon = "site"
        menu_name = "order-status"
        menu_order = 250
        items = (OrdersViewSet, SpecialMessageViewSet, MessageTextViewSet, NotesViewSet, MessageRulesViewSet)

        def get_submenu_items(self) -> list[MenuItem]:
            """Return what is edited, and the sheet on which all of it is seen."""
            return [*super().get_submenu_items(), sheet_item(), TrialMenuItem(), KeysMenuItem()]

    register_snippet(OrderStatusGroup)
else:
    hooks.register("register_admin_viewset", lambda: OrdersViewSet(add_to_admin_menu=True))
    hooks.register("register_admin_viewset", lambda: NotesViewSet(add_to_admin_menu=True))
    hooks.register("register_admin_viewset", lambda: MessageRulesViewSet(add_to_admin_menu=True))
    hooks.register("register_admin_menu_item", sheet_item)
    hooks.register("register_admin_menu_item", TrialMenuItem)
    hooks.register("register_admin_menu_item", KeysMenuItem)

if apps.is_installed("wagtail.contrib.settings"):
    brand_admin.register()
