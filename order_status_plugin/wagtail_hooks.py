"""What we add to Wagtail's admin. Registrations only."""

from __future__ import annotations

from django.apps import apps
from django.utils.translation import gettext_lazy as _

if apps.is_installed("wagtail.snippets"):
    from wagtail.snippets.models import register_snippet
    from wagtail.snippets.views.snippets import SnippetViewSetGroup

    from .cms.admin import SpecialMessageViewSet

    class OrderStatusGroup(SnippetViewSetGroup):
        """One entry of the menu holds all that is edited for the order status page."""

        menu_label = _("Order status")
        menu_icon = "site"
        menu_name = "order-status"
        menu_order = 250
        items = (SpecialMessageViewSet,)

    register_snippet(OrderStatusGroup)
