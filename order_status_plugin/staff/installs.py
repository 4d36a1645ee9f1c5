"""Where the shop's Saleor has us installed, for support staff."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest

from .read_only import ReadOnlyAdmin


class InstallAdmin(ReadOnlyAdmin):
    """One row an alias. To delete it is to forget the token: before the shop moves to another Saleor."""

    list_display = ("alias", "api_url", "installed_at", "keys_asked_at")
    fields = ("alias", "api_url", "app_id", "installed_at", "keys_asked_at")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing of an order stands there."""
        return self.may(request, "delete")
