"""When which source is asked about which parcel, and how each source is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..tracking.models import Parcel


class Poll(models.Model):
    """One parcel that a source is asked about, or must be told of."""

    parcel = models.ForeignKey(
        Parcel, on_delete=models.CASCADE, related_name="polls", verbose_name=_("parcel"), db_index=False
    )
    alias = models.CharField(_("source"), max_length=40)
    #: Null: it is asked no more, or not by us.
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    #: How often it wants to be asked, in seconds, as one of ``schedule.PACES``: who is late is late in this measure.
    pace = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(_("last asked"), null=True, blank=True)
    #: A nudge came and is not answered yet.
    hastened_at = models.DateTimeField(_("hastened"), null=True, blank=True)
    #: When the provider must be told of it (again); null: it need not be.
    register_at = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True)
    #: When we first saw that its journey was over.
    ended_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("parcel to ask about")
        verbose_name_plural = _("parcels to ask about")
        constraints = (models.UniqueConstraint(fields=("parcel", "alias"), name="order_status_poll_parcel"),)
        indexes = (
            models.Index(
                fields=("alias", "pace", "due_at"),
                name="order_status_poll_due",
                condition=models.Q(due_at__isnull=False),
            ),
            models.Index(
                fields=("alias", "register_at"),
                name="order_status_poll_register",
                condition=models.Q(register_at__isnull=False),
            ),
            models.Index(fields=("id",), name="order_status_poll_failed", condition=models.Q(failures__gt=0)),
        )

    def __str__(self) -> str:
        # Never the tracking number: Django's log of the admin keeps names for good.
        return f"{self.alias}: parcel {self.parcel_id}"


class SourceState(models.Model):
    """One source that is asked: who asks it now, how much of its limits is used, whether it is left in peace."""

    alias = models.CharField(_("source"), max_length=40, primary_key=True)
    #: Whoever holds the lease asks. Its end is its name, too.
    leased_until = models.DateTimeField(null=True, blank=True)
    #: When a worker last began with it: the longest ago is the next.
    turn_at = models.DateTimeField(null=True, blank=True)
    #: Calls by budget and part of its time: see ``budget``.
    used = models.JSONField(default=dict, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    #: The circuit breaker: until then nobody asks.
    open_until = models.DateTimeField(_("left in peace until"), null=True, blank=True)
    is_denied = models.BooleanField(_("refuses our credentials"), default=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    last_failure_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)

    class Meta:
        verbose_name = _("source that is asked")
        verbose_name_plural = _("sources that are asked")

    def __str__(self) -> str:
        return self.alias
