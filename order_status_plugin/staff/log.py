"""Who did what, and who looked: for whoever must answer for it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..access.audit import WORDS
from ..access.models import AuditEntry
from ..events import Tier
from .known import known
from .read_only import ReadOnlyAdmin, ReadOnlyInline


def word(entry: Any) -> str:
    """Return what was done, in the reader's language."""
    return str(WORDS.get(entry.action, entry.action))


class AuditInline(ReadOnlyInline):
    """What was done to one order."""

    model = AuditEntry
    fields = ("at", "actor", "what", "detail")
    verbose_name_plural = _("access and personal data")

    @admin.display(description=_("what"))
    def what(self, entry: Any) -> str:
        """Say what was done."""
        return word(entry)


class AuditAdmin(ReadOnlyAdmin):
    """The audit log."""

    list_display = ("at", "actor", "what", "order", "detail")
    list_filter = (known("action", _("what"), lambda: [(each, str(said)) for each, said in WORDS.items()]), "at")
    list_select_related = ("order",)
    search_fields = ("actor", "order__reference", "order__number")
    show_full_result_count = False
    fields = ("at", "actor", "what", "order", "detail")

    @admin.display(description=_("what"), ordering="action")
    def what(self, entry: Any) -> str:
        """Say what was done."""
        return word(entry)


class StaffViewAdmin(ReadOnlyAdmin):
    """Which member of staff looked at which customer's page, and as whom."""

    list_display = ("at", "user", "order", "viewed_as")
    list_filter = (known("viewed_as", _("Seen by"), lambda: [(tier.value, tier.value) for tier in Tier]), "at")
    list_select_related = ("order",)
    search_fields = ("user", "order__reference", "order__number")
    ordering = ("-at",)
    show_full_result_count = False
    fields = ("at", "user", "order", "viewed_as")
