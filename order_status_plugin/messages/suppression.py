"""Addresses that nothing is sent to, whatever the order: they bounced, complained or said STOP. Staff can lift it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..events import Delivery
from .ledger import ConsentEntry, ConsentSource


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


def stands(reason: str, at: dt.datetime, resumed_at: dt.datetime | None) -> bool:
    """Say whether what was said at ``at`` still holds for somebody whose last START came at ``resumed_at``, or never.

    The word that was said last counts, in whatever order the two are heard; of two at one moment, STOP.
    """
    return reason not in OWN or resumed_at is None or at >= resumed_at


def _resumed_at(alias: str, known_as: Sequence[str]) -> dt.datetime | None:
    words = ConsentEntry.objects.filter(
        order=None, channel=alias, recipient_digest__in=known_as, is_given=True, source=ConsentSource.WORD
    )
    return words.order_by("-happened_at").values_list("happened_at", flat=True).first()


def suppress(
    alias: str,
    known_as: Sequence[str],
    reason: Delivery | Reason | str,
    at: dt.datetime | None = None,
    detail: str = "",
) -> None:
    """Send nothing to this address on this channel from now on. Said again, it only stands since the later moment.

    ``known_as`` are the recipient's digests under every key of the ring, the present key's first: under that one it is
    written down. ``reason`` is BOUNCED, COMPLAINED or OPTED_OUT of :class:`Delivery`, or a :class:`Reason`.
    """
    moment = at or timezone.now()
    reason = Reason(str(reason))
    if not known_as or not stands(reason, moment, _resumed_at(alias, known_as)):
        return
    said = {"at": moment, "detail": detail[:500]}
    mine = active(alias, known_as).filter(reason=reason.value)
    if not mine.exists():
        Suppression.objects.get_or_create(
            channel=alias, recipient_digest=known_as[0], reason=reason.value, lifted_at=None, defaults=said
        )
    mine.filter(at__lt=moment).update(**said)


def active(alias: str, known_as: Iterable[str]) -> QuerySet[Suppression]:
    """Return what stands against an address; ``known_as`` are the recipient's digests under every key of the ring."""
    return Suppression.objects.filter(channel=alias, recipient_digest__in=list(known_as), lifted_at=None)


def resume(alias: str, known_as: Sequence[str], at: dt.datetime) -> None:
    """Take back what the recipient said themselves until then, whichever key it is kept under; a bounce stays one."""
    against = active(alias, known_as)
    for row in against:
        if not stands(row.reason, row.at, at):
            against.filter(pk=row.pk).update(lifted_at=at, lifted_because="START")


def lift(row: Suppression, actor: str, because: str) -> bool:
    """Let an address be written to again; say whether it still stood. ``because`` is kept."""
    with transaction.atomic():
        return bool(
            Suppression.objects.filter(pk=row.pk, lifted_at=None).update(
                lifted_at=timezone.now(), lifted_by=actor[:190], lifted_because=because[:500]
            )
        )
