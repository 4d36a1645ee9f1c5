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
        #: A try broke off, and the channel's setting leaves it to staff whether it is sent again.
        UNKNOWN = "unknown", _("may have arrived")

    #: order, milestone, what it is about, which occurrence, channel, recipient: the same news is one row.
    key = models.CharField(max_length=64)
    order = models.ForeignKey(
        "order_status_plugin.Order", on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    milestone = models.CharField(_("milestone"), max_length=30)
    #: "order", "fulfillment:3", "parcel:7", "note:5"
    subject = models.CharField(max_length=60)
    occurrence = models.CharField(max_length=60, default="1")
    channel = models.CharField(_("channel"), max_length=40)
    recipient_digest = models.CharField(max_length=80)
    #: As its owner knows it, whatever address the order has later; "" for a device.
    recipient_masked = models.CharField(_("recipient"), max_length=120, blank=True)
    #: Other rows whose news this one also tells.
    told_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="tells", db_index=False
    )
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
    #: What the provider says became of it, once it does: a value of ``events.Delivery``.
    delivery = models.CharField(_("delivery"), max_length=20, blank=True)
    delivery_at = models.DateTimeField(null=True, blank=True)
    delivery_detail = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("key",), name="order_status_outbox_key"),)
        indexes = (
            models.Index(fields=("due_at", "id"), name="order_status_outbox_due", condition=models.Q(state="pending")),
            models.Index(fields=("order", "-created_at"), name="order_status_outbox_order"),
            models.Index(
                fields=("order",), name="order_status_outbox_stuck", condition=models.Q(state__in=["dead", "unknown"])
            ),
            models.Index(fields=("created_at",), name="order_status_outbox_created"),
            models.Index(fields=("lease",), name="order_status_outbox_lease", condition=~models.Q(lease="")),
            models.Index(
                fields=("told_by",), name="order_status_outbox_told", condition=models.Q(told_by__isnull=False)
            ),
            models.Index(
                fields=("channel", "provider_id"),
                name="order_status_outbox_provider",
                condition=~models.Q(provider_id=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.milestone} → {self.channel}"


class Stall(models.Model):
    """One stall that was told, whoever was reached: the sweep, which finds it for as long as it is news, tells it once."""

    order = models.ForeignKey("order_status_plugin.Order", on_delete=models.CASCADE, related_name="+", db_index=False)
    #: As in the outbox.
    subject = models.CharField(max_length=60)
    occurrence = models.CharField(max_length=60)
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("order", "subject", "occurrence"), name="order_status_stall_once"),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.occurrence}"


class MessageAttempt(models.Model):
    """One try to send, written before the call, so that a crash in between is seen."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="tries")
    lease = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    #: "sent", "temporary", "permanent"; "unknown" when it broke off and nobody knows; "" while it runs.
    outcome = models.CharField(max_length=10, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    #: An earlier try may have arrived, and the receiver cannot tell that this is the same message.
    may_double = models.BooleanField(_("may be a second one"), default=False)

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.message_id} {self.outcome or '?'}"


class ChannelState(models.Model):
    """One channel's circuit breaker: all relays look at the same one."""

    alias = models.CharField(_("channel"), max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    #: Until then nothing is sent; afterwards one message at a time, until one leaves.
    open_until = models.DateTimeField(_("left in peace until"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    last_failure_at = models.DateTimeField(_("last failure"), null=True, blank=True)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.alias
