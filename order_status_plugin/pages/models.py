"""The concrete page. A project with a base page of its own leaves this app out and derives from the mixin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from ..cms.page import OrderStatusPageMixin


class OrderStatusPage(OrderStatusPageMixin, Page):  # type: ignore[django-manager-missing]  # Wagtail is untyped
    """Where customers of the shop find their orders."""

    class Meta:
        verbose_name = _("order status page")
        verbose_name_plural = _("order status pages")
