"""The shop's own carriers, for staff to add and change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..carriers import links
from ..carriers.models import MerchantCarrier


class MerchantCarrierAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What is saved here stands in the catalogue from then on, on every page and in every mail."""

    list_display = ("name", "slug", "home", "template")
    search_fields = ("name", "slug", "aliases")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "aliases", "home", "template", "example")
    readonly_fields = ("example",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Parcels hold the short name: it stays as it was given."""
        return self.readonly_fields if obj is None else ("slug", *self.readonly_fields)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Suggest a short name for new ones only."""
        return self.prepopulated_fields if obj is None else {}

    @admin.display(description=_("for example"))
    def example(self, carrier: MerchantCarrier) -> str:
        """Show a whole link, so that a wrong one is seen before a customer follows it."""
        if not carrier.template or links.problems(carrier.template):
            return ""
        url = links.fill(carrier.template, "AB123456789", "10115", "en")
        return format_html('<a href="{}" rel="noreferrer">{}</a>', url, url)
