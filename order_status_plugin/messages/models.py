"""The outbox: what must be told, and every try to tell it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxMessage(models.Model):
    """One message that is owed, written in the transaction that saw its milestone."""

    class State(models.TextChoices):
        """What became of it."""

        PENDING = "pending", _("waiting")
        SENT = "sent", _("sent")
        HELD = "held", _("not sent")
        DEAD = "dead", _("given up")

    #: order, milestone, what it is about, which occurrence, channel, recipient: the same news is one row.
    key = models.CharField(max_length=64, unique=True)
    order = models.ForeignKey("order_status_plugin.Order", on_delete=models.CASCADE, related_name="messages")
    milestone = models.CharField(_("milestone"), max_length=30)
    #: "order", "fulfillment:3", "parcel:7", "note:5"
    subject = models.CharField(max_length=60)
    occurrence = models.CharField(max_length=60, default="1")
    channel = models.CharField(_("channel"), max_length=40)
    recipient_digest = models.CharField(max_length=80)
    #: Other rows whose news this one also tells.
    told_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="tells")
    state = models.CharField(_("state"), max_length=10, default=State.PENDING, choices=State.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    happened_at = models.DateTimeField()
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("due"))
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    provider_id = models.CharField(max_length=190, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("due_at", "id"), name="order_status_outbox_due", condition=models.Q(state="pending")),
            models.Index(fields=("order", "-created_at"), name="order_status_outbox_order"),
        )

    def __str__(self) -> str:
        return f"{self.milestone} → {self.channel}"


class MessageAttempt(models.Model):
    """One try to send, written before the call, so that a crash in between is seen."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="tries")
    lease = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    #: "sent", "temporary", "permanent"; "" while it runs or when nobody knows.
    outcome = models.CharField(max_length=10, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.message_id} {self.outcome or '?'}"
