"""Where a shop has us installed, for support staff."""

from __future__ import annotations

from typing import cast

from django.db.models import Model
from django.http import HttpRequest

from ..hosts.installed import Installation
from .read_only import ReadOnlyAdmin


class InstallAdmin(ReadOnlyAdmin):
    """One row an alias. To delete it is to forget the token: before the shop moves elsewhere."""

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Show what the adapter lets staff see."""
        return self.shown()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Show the same of one row."""
        return self.shown()

    def shown(self) -> tuple[str, ...]:
        """Return the fields, none of them a secret."""
        return cast("type[Installation]", self.model).shown

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing of an order stands there."""
        return self.may(request, "delete")
