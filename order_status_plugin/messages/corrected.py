"""An address that staff corrected: messages go there, and nothing else changes. The checkout's stays the one that opens."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..access.audit import Action, audit
from ..tracking.models import Order


class CorrectedContact(models.Model):
    """Where one order's news goes instead. Empty fields: where the host says."""

    order = models.OneToOneField(
        "order_status_plugin.Order", primary_key=True, on_delete=models.CASCADE, related_name="corrected_contact"
    )
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    changed_at = models.DateTimeField(_("changed"))
    actor = models.CharField(_("by"), max_length=190)

    class Meta:
        verbose_name = _("corrected contact")
        verbose_name_plural = _("corrected contacts")

    def __str__(self) -> str:
        return f"corrected contact of order {self.order_id}"


def correct(order: Order, actor: str, *, email: str, phone: str) -> None:
    """Send the order's news there from now on; both empty take the correction back. The audit log tells who did it."""
    if email or phone:
        CorrectedContact.objects.update_or_create(
            order=order, defaults={"email": email, "phone": phone, "changed_at": timezone.now(), "actor": actor[:190]}
        )
    else:
        CorrectedContact.objects.filter(order=order).delete()
    what = ", ".join(name for name, said in (("email", email), ("phone", phone)) if said)
    audit(Action.CONTACT_CORRECTED, order, actor, what or "taken back")
