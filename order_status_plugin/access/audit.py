"""The audit log: who did what to the privacy of an order. It names no customer, so that it may outlive the order."""

from __future__ import annotations

from enum import StrEnum

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..tracking.models import Order
from .models import AuditEntry

#: Actors that are no member of staff.
CUSTOMER = "customer"
SYSTEM = "system"


class Action(StrEnum):
    """What can be done. The value is what is stored."""

    GRANTS_ENDED = "grants_ended"
    ERASED = "erased"
    EXPORTED = "exported"
    HELD = "held"
    HOLD_LIFTED = "hold_lifted"
    LINK_RENEWED = "link_renewed"
    UNLOCKED = "unlocked"
    DEVICE_LET_IN = "device_let_in"
    DEVICE_FORGOTTEN = "device_forgotten"
    CONTACT_CORRECTED = "contact_corrected"
    MESSAGES_RESENT = "messages_resent"
    SUPPRESSION_LIFTED = "suppression_lifted"
    CONSENT_ENTERED = "consent_entered"
    NOTICE_CHOSEN = "notice_chosen"
    TEST_SENT = "test_sent"
    SUBSCRIPTION_ENDED = "subscription_ended"
    NUMBER_TAKEN_BACK = "number_taken_back"
    KEY_MADE = "key_made"
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"


WORDS: dict[str, str | Promise] = {
    Action.GRANTS_ENDED: _("access of devices ended"),
    Action.ERASED: _("personal data erased"),
    Action.EXPORTED: _("personal data exported"),
    Action.HELD: _("put on legal hold"),
    Action.HOLD_LIFTED: _("legal hold lifted"),
    Action.LINK_RENEWED: _("new link made"),
    Action.UNLOCKED: _("identification unlocked"),
    Action.DEVICE_LET_IN: _("device let in"),
    Action.DEVICE_FORGOTTEN: _("device forgotten"),
    Action.CONTACT_CORRECTED: _("address of messages corrected"),
    Action.MESSAGES_RESENT: _("messages sent again"),
    Action.SUPPRESSION_LIFTED: _("suppressed address released"),
    Action.CONSENT_ENTERED: _("wish about messages entered"),
    Action.NOTICE_CHOSEN: _("messages about shipments chosen"),
    Action.TEST_SENT: _("test message sent"),
    Action.SUBSCRIPTION_ENDED: _("news on a device ended"),
    Action.NUMBER_TAKEN_BACK: _("tracking number taken back"),
    Action.KEY_MADE: _("API key made"),
    Action.KEY_ROTATED: _("API key replaced"),
    Action.KEY_REVOKED: _("API key revoked"),
}


def audit(action: Action, order: Order | None, actor: str, detail: str = "") -> AuditEntry:
    """Write one line. ``actor`` is a member of staff's user name, ``CUSTOMER`` or ``SYSTEM``.

    ``detail`` must name nobody: how (e.g. a grant's method, "retention"), never whom or what was typed.
    """
    return AuditEntry.objects.create(
        at=timezone.now(), action=action.value, order=order, actor=actor[:190], detail=detail[:500]
    )
