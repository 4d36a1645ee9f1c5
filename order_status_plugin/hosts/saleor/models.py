"""Where we are installed, and which orders carry our link there."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..installed import Installation


class SaleorInstall(Installation):
    """One alias's Saleor: the app's token, sealed, and the keys that its webhooks are signed with.

    What Saleor's own app SDK keeps in its "APL".
    """

    shown: ClassVar[tuple[str, ...]] = ("alias", "api_url", "app_id", "installed_at", "keys_asked_at")

    alias = models.CharField(max_length=40, unique=True)
    api_url = models.CharField(max_length=500)
    app_id = models.CharField(max_length=190)
    sealed_token = models.TextField()
    keys = models.TextField(help_text="A JSON Web Key Set.")
    keys_asked_at = models.DateTimeField()
    installed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("Saleor installation")
        verbose_name_plural = _("Saleor installations")

    def __str__(self) -> str:
        """Return where it is."""
        return f"{self.alias} {self.api_url}"


class SaleorLink(models.Model):
    """Which link an order carries at Saleor, as a digest: a stolen database has no link."""

    alias = models.CharField(max_length=40)
    reference = models.CharField(max_length=190)
    kept = models.CharField(max_length=64, default="", help_text="Digest of the link in the order's metadata.")
    noted = models.CharField(max_length=64, default="", help_text="Digest of the link in the order's notes.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alias", "reference"], name="order_status_saleor_link_once")]

    def __str__(self) -> str:
        """Return where it comes from."""
        return f"{self.alias} {self.reference}"
