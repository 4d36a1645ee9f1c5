"""Registers the staff lists in Django's admin, and hands them what they may call."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet

from .access.models import AuditEntry, StaffView
from .flow import INBOX
from .intake import inbox
from .intake.models import InboxMessage
from .messages.models import OutboxMessage
from .staff.boxes import InboxAdmin, OutboxAdmin
from .staff.log import AuditAdmin, StaffViewAdmin
from .staff.orders import OrderAdmin, ParcelAdmin
from .tracking.models import Order, Parcel
from .worker import wake


def replay(messages: QuerySet[InboxMessage]) -> int:
    """Make these messages due and wake the worker; return how many there were."""
    count = inbox.replay(messages)
    wake.wake("inbox", INBOX)
    return count


@admin.register(InboxMessage)
class InboxMessageAdmin(InboxAdmin):
    """The inbox, with replay."""

    replay = staticmethod(replay)


admin.site.register(OutboxMessage, OutboxAdmin)
admin.site.register(Order, OrderAdmin)
admin.site.register(Parcel, ParcelAdmin)
admin.site.register(AuditEntry, AuditAdmin)
admin.site.register(StaffView, StaffViewAdmin)
