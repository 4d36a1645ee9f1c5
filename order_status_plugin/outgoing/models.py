"""Systems that the shop wants told, and what was or will be told to each."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..backends import all_hosts
from . import address, kinds

#: How long the secret before the newest one signs as well: time to put the new one into the other system.
OVERLAP = dt.timedelta(hours=48)


def _every_kind() -> list[str]:
    return list(kinds.KINDS)


class WebhookEndpoint(models.Model):
    """One address that is told, and of what."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, help_text=_("For yourself, e.g. the system that listens there."))
    url = models.URLField(
        _("address"), max_length=500, help_text=_("Begins with https:// and is open to the internet.")
    )
    hosts = models.JSONField(
        _("shops"), default=list, blank=True, help_text=_("Aliases in ORDER_STATUS['HOSTS']; empty means all of them.")
    )
    kinds = models.JSONField(_("what is told"), default=_every_kind)
    is_active = models.BooleanField(_("active"), default=True)
    #: The secret follows from the key ring, from ``uuid`` and from this number: it is kept nowhere.
    secret_number = models.PositiveIntegerField(default=1, editable=False)
    secret_since = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    #: Nothing is sent before: it failed a moment ago, or asked us to wait.
    waits_until = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    stopped_because = models.CharField(_("stopped because"), max_length=255, blank=True, editable=False)

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what nobody could be told at, or of."""
        problems: dict[str, ValidationError] = {}
        if complaint := address.complaint(self.url):
            problems["url"] = ValidationError(complaint)
        known = {host.alias for host in all_hosts()}
        if not isinstance(self.hosts, list) or not known.issuperset(map(str, self.hosts)):
            problems["hosts"] = ValidationError(
                _("Each must be one of these: %(known)s.") % {"known": ", ".join(sorted(known))}
            )
        if not isinstance(self.kinds, list) or not self.kinds or not set(kinds.KINDS).issuperset(map(str, self.kinds)):
            problems["kinds"] = ValidationError(_("Choose one or more of what there is."))
        if problems:
            raise ValidationError(problems)


class WebhookDelivery(models.Model):
    """One event for one endpoint. Written with the change that it tells of; its body when it is first sent."""

    class State(models.TextChoices):
        """Where it stands."""

        PENDING = "pending", _("waiting")
        SENT = "sent", _("taken by the other side")
        FAILED = "failed", _("given up")
        SUPERSEDED = "superseded", _("told by a later one")

    uuid = models.UUIDField(_("id"), default=uuid.uuid4, unique=True, editable=False)
    #: Without a constraint: an endpoint that was deleted a moment ago must not undo what is recorded now.
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_constraint=False
    )
    order = models.ForeignKey(
        "order_status_plugin.Order", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=40)
    #: What about the order happened, e.g. a Milestone with its subject and occurrence. Repeated news has the same key.
    key = models.CharField(max_length=64, editable=False)
    detail = models.JSONField(default=dict, blank=True)
    body = models.TextField(_("body"), blank=True)
    happened_at = models.DateTimeField(_("happened"))
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("key",), name="order_status_delivery_key"),)
        indexes = (
            models.Index(
                fields=("due_at", "id"), name="order_status_delivery_due", condition=models.Q(state="pending")
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"
