"""What the pages of orders depend on beside the orders."""

from __future__ import annotations

from django.db import models


class ContentEpoch(models.Model):
    """One row: it counts the changes that editors publish. Whatever is kept or open was made in one epoch."""

    number = models.PositiveBigIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "content epoch"
        verbose_name_plural = "content epochs"

    def __str__(self) -> str:
        return str(self.number)
