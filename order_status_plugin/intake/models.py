"""The inbox: every message from outside, raw, before anything is made of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class InboxMessage(models.Model):
    """One verified webhook. Stored and committed first, then handled; what cannot be handled stays."""

    #: No column: just stored behind many others, for which a worker was woken that takes it with them.
    is_left = False

    class State(models.TextChoices):
        """What became of it."""

        RECEIVED = "received", _("received")
        HANDLED = "handled", _("handled")
        WAITING = "waiting", _("waiting for its parcel")
        FAILED = "failed", _("cannot be handled")
        #: Body and headers are gone for good; key and digest stay, so that the same delivery is still known.
        REDACTED = "redacted", _("erased")

    alias = models.CharField(_("alias"), max_length=40)
    key = models.CharField(max_length=190)
    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    #: We asked for it: an answer of the provider's own API, no webhook.
    is_answer = models.BooleanField(_("answer to a question of ours"), default=False)
    state = models.CharField(_("state"), max_length=10, default=State.RECEIVED, choices=State.choices)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    #: The shop's key of the order that it is about: of messages of shops.
    about = models.CharField(max_length=190, blank=True)
    #: Normalised tracking number that it waits for.
    waits_for = models.CharField(max_length=190, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(_("received at"))
    due_at = models.DateTimeField(_("due at"))
    leased_until = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("inbox message")
        verbose_name_plural = _("inbox")
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("alias", "key"), name="order_status_inbox_key"),)
        indexes = (
            models.Index(fields=("due_at", "id"), name="order_status_inbox_due", condition=models.Q(state="received")),
            # Whose turn it is: nobody waits behind another's flood.
            models.Index(
                fields=("alias", "due_at", "id"), name="order_status_inbox_turn", condition=models.Q(state="received")
            ),
            models.Index(fields=("-id",), name="order_status_inbox_failed", condition=models.Q(state="failed")),
            models.Index(fields=("waits_for",), name="order_status_inbox_waiting", condition=models.Q(state="waiting")),
            models.Index(
                fields=("received_at", "id"), name="order_status_inbox_bodies", condition=~models.Q(state="redacted")
            ),
            models.Index(fields=("alias", "about"), name="order_status_inbox_about", condition=~models.Q(about="")),
        )

    def __str__(self) -> str:
        return f"{self.alias} {self.key}"
