"""Addresses that nothing is sent to, whatever the order: they bounced, complained or said STOP. Staff can lift it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..events import Delivery


class Reason(models.TextChoices):
    """Why nothing is sent there."""

    BOUNCED = Delivery.BOUNCED.value, _("nobody is reached there")
    COMPLAINED = Delivery.COMPLAINED.value, _("marked as spam")
    OPTED_OUT = Delivery.OPTED_OUT.value, _("stopped at the provider")
    STOP = "stop", _("answered STOP")


#: What the recipient takes back with START; the rest is for staff to lift.
OWN = (Reason.STOP, Reason.OPTED_OUT)


class Suppression(models.Model):
    """One address on one channel, known by its digest alone. It outlives the order, so that erasing restarts nothing."""

    channel = models.CharField(_("channel"), max_length=40)
    recipient_digest = models.CharField(max_length=80, editable=False)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    at = models.DateTimeField(_("since"))
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.CharField(_("lifted by"), max_length=190, blank=True)
    lifted_because = models.CharField(_("lifted because"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "recipient_digest", "reason"),
                condition=Q(lifted_at=None),
                name="order_status_suppressed_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel}: {self.reason}"


def suppress(
    alias: str, recipient_digest: str, reason: Delivery | Reason | str, at: dt.datetime | None = None, detail: str = ""
) -> None:
    """Send nothing to this address on this channel from now on. Said again, it only stands since the later moment.

    ``reason`` is BOUNCED, COMPLAINED or OPTED_OUT of :class:`Delivery`, or a :class:`Reason`.
    """
    if not recipient_digest:
        return
    moment = at or timezone.now()
    row, is_new = Suppression.objects.get_or_create(
        channel=alias,
        recipient_digest=recipient_digest,
        reason=Reason(str(reason)).value,
        lifted_at=None,
        defaults={"at": moment, "detail": detail[:500]},
    )
    if not is_new:
        Suppression.objects.filter(pk=row.pk, at__lt=moment).update(at=moment, detail=detail[:500])


def active(alias: str, digests: Iterable[str]) -> QuerySet[Suppression]:
    """Return what stands against an address; ``digests`` is the recipient's under every key of the ring."""
    return Suppression.objects.filter(channel=alias, recipient_digest__in=list(digests), lifted_at=None)


def resume(alias: str, recipient_digest: str, at: dt.datetime) -> None:
    """Take back what the recipient said themselves until then; a bounce stays one."""
    active(alias, [recipient_digest]).filter(reason__in=OWN, at__lt=at).update(lifted_at=at, lifted_because="START")


def lift(row: Suppression, actor: str, because: str) -> bool:
    """Let an address be written to again; say whether it still stood. ``because`` is kept."""
    with transaction.atomic():
        return bool(
            Suppression.objects.filter(pk=row.pk, lifted_at=None).update(
                lifted_at=timezone.now(), lifted_by=actor[:190], lifted_because=because[:500]
            )
        )
