"""Who may see what: devices, their grants, spent claims, counted attempts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Device(models.Model):
    """A browser, known by its cookie. The token is kept hashed."""

    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    last_seen_on = models.DateField()
    label = models.CharField(max_length=80, blank=True, help_text=_("Browser and system, roughly."))

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = (models.UniqueConstraint(fields=("token_hash",), name="order_status_device_token"),)

    def __str__(self) -> str:
        return self.label or f"device {self.pk}"


class Grant(models.Model):
    """Makes one device private for one order."""

    class Method(models.TextChoices):
        """How it was let in."""

        CLAIM = "claim", _("ordered on it")
        IDENTIFIED = "identified", _("gave number and email")
        CODE = "code", _("typed a mailed code")

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="grants", db_index=False)
    order = models.ForeignKey("order_status_plugin.Order", on_delete=models.CASCADE, related_name="grants")
    method = models.CharField(max_length=12, choices=Method.choices)
    #: Of the checkout email when it was given: a change of email at the host ends it.
    email_digest = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    last_used_on = models.DateField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = (models.UniqueConstraint(fields=("device", "order"), name="order_status_grant_once"),)

    def __str__(self) -> str:
        return f"{self.device_id} → {self.order_id}"


class SpentClaim(models.Model):
    """A claim code that was used: it works once."""

    digest = models.CharField(max_length=64, primary_key=True)
    spent_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("spent claim")
        verbose_name_plural = _("spent claims")

    def __str__(self) -> str:
        return self.digest[:12]


class AttemptCount(models.Model):
    """How often something was tried in a window of time. One row a key and window, counted in place."""

    key = models.CharField(max_length=120, help_text=_("What is limited, and whose: digests, no addresses."))
    window = models.CharField(max_length=20, help_text=_("The window's start, or 'life'."))
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True, null=True)

    class Meta:
        verbose_name = _("attempt count")
        verbose_name_plural = _("attempt counts")
        constraints = (models.UniqueConstraint(fields=("key", "window"), name="order_status_attempt_window"),)

    def __str__(self) -> str:
        return f"{self.key} {self.window}: {self.count}"


class StaffView(models.Model):
    """A member of staff looked at a customer's page."""

    order = models.ForeignKey("order_status_plugin.Order", on_delete=models.CASCADE, related_name="staff_views")
    user = models.CharField(max_length=190)
    viewed_as = models.CharField(max_length=10)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("staff view")
        verbose_name_plural = _("staff views")
        permissions = (("view_status_page", _("Can view order status pages as staff")),)

    def __str__(self) -> str:
        return f"{self.user} saw order {self.order_id}"


class MailedCode(models.Model):
    """A code that was asked for: for whoever may not, or cannot, identify otherwise.

    The code itself is not here in any form: it is derived from ``seed`` with the key of the ring.
    """

    #: None where what was typed fits no order: such a row stands here so that asking never tells.
    order = models.ForeignKey(
        "order_status_plugin.Order", null=True, on_delete=models.CASCADE, related_name="mailed_codes"
    )
    seed = models.CharField(max_length=32)
    #: Hash of the pending cookie of the browser that asked: a code works there only.
    asked_by = models.CharField(max_length=64)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    #: When the worker took it to the outbox, or found that there is nobody to mail it to.
    handled_at = models.DateTimeField(null=True, blank=True)
    spent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mailed code")
        verbose_name_plural = _("mailed codes")
        indexes = (models.Index(fields=("asked_by",), name="order_status_code_asked_by"),)

    def __str__(self) -> str:
        return f"code for order {self.order_id}"


class LinksRequest(models.Model):
    """Somebody asked for the links of an email address. The worker finds the orders: asking never tells."""

    #: The one that was asked. Null where there is none.
    site = models.ForeignKey("wagtailcore.Site", null=True, on_delete=models.CASCADE, related_name="+")
    #: Of the address, under each key of the ring; the address itself is not kept.
    email_digests = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("request for links")
        verbose_name_plural = _("requests for links")

    def __str__(self) -> str:
        return f"request {self.pk}"


class ShareLink(models.Model):
    """A link for a neighbour or a gift: shows less than the public page, ends by itself, can be taken back."""

    class Scope(models.TextChoices):
        """What it shows. Never prices, never anything personal."""

        ARRIVAL = "arrival", _("only the arrival")
        ITEMS = "items", _("the arrival and the items")

    order = models.ForeignKey("order_status_plugin.Order", on_delete=models.CASCADE, related_name="share_links")
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.ARRIVAL)
    #: The public half of its token; the signature is derived and never stored.
    locator = models.CharField(max_length=16)
    label = models.CharField(max_length=60, blank=True, help_text=_("Whom it is for, in the customer's words."))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    views = models.PositiveIntegerField(default=0)
    last_viewed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        constraints = (models.UniqueConstraint(fields=("locator",), name="order_status_share_locator"),)

    def __str__(self) -> str:
        return f"{self.scope} of order {self.order_id}"


class AuditEntry(models.Model):
    """Who did what to the privacy of an order. Nothing personal stands here, so that it may outlive the order."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=190, help_text=_("A member of staff, 'customer', or 'system'."))
    action = models.CharField(max_length=60)
    order = models.ForeignKey(
        "order_status_plugin.Order", null=True, blank=True, on_delete=models.SET_NULL, related_name="audit"
    )
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.actor}: {self.action}"
