"""A file of tracking numbers on its way into orders: what was uploaded, line by line, and what became of each."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberImport(models.Model):
    """One file."""

    class State(models.TextChoices):
        """How far it is."""

        READ = "read", _("waits to be confirmed")
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    author = models.CharField(_("author"), max_length=150)
    created_at = models.DateTimeField(_("created"), db_index=True)
    state = models.CharField(_("state"), max_length=10, default=State.READ, choices=State.choices)
    #: Customers are told that something was sent.
    notify = models.BooleanField(_("customers are told"), default=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import of tracking numbers")
        verbose_name_plural = _("imports of tracking numbers")
        ordering = ("-pk",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.pk}, {self.created_at:%Y-%m-%d %H:%M}"


class NumberImportLine(models.Model):
    """One line of it."""

    class State(models.TextChoices):
        """What will or did become of it."""

        READY = "ready", _("ready")
        ERROR = "error", _("error")
        SKIPPED = "skipped", _("nothing to do")
        DONE = "done", _("done")

    batch = models.ForeignKey(NumberImport, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    #: A word of ``staff.import_plan.SAYS``.
    says = models.CharField(max_length=30, blank=True)
    number = models.CharField(max_length=190, blank=True)
    carrier_text = models.CharField(max_length=190, blank=True)
    tracking_number = models.CharField(max_length=190, blank=True)
    order = models.ForeignKey(
        "order_status_plugin.Order", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    carrier = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of an import")
        ordering = ("line",)
        default_permissions = ()
        indexes = (models.Index(fields=("batch", "state", "line"), name="order_status_import_line"),)

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line}"
