"""The worker's pulse."""

from __future__ import annotations

from django.db import models


class Pulse(models.Model):
    """One row a kind of work: when a worker last did it, and whether it was woken since."""

    name = models.CharField(max_length=40, primary_key=True)
    #: Somebody asked for this work and no worker has begun it yet: a second wake-up would say nothing new.
    is_woken = models.BooleanField(default=False)
    woken_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "pulse"
        verbose_name_plural = "pulses"

    def __str__(self) -> str:
        return self.name
