"""Orders of shops that we cannot ask, as they told them last."""

from __future__ import annotations

from django.db import models


class PushedOrder(models.Model):
    """The whole state of one order, as JSON. It ends with the order's contact: see ``privacy``."""

    alias = models.CharField(max_length=40)
    reference = models.CharField(max_length=190)
    state = models.TextField(help_text="An OrderSnapshot as JSON.")
    changed_at = models.DateTimeField(help_text="When the shop last changed it, in its own words.")
    told_at = models.DateTimeField(help_text="When we heard of it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alias", "reference"], name="order_status_pushed_once")]
        indexes = [models.Index(fields=["alias", "told_at"], name="order_status_pushed_told")]

    def __str__(self) -> str:
        """Return where it comes from."""
        return f"{self.alias} {self.reference}"
