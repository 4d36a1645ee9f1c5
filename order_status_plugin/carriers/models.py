"""Carriers that a shop has of its own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import links
from .data import CARRIERS
from .spelling import fold


class MerchantCarrier(models.Model):
    """A carrier that the catalogue does not have, or a local one of the shop's."""

    slug = models.SlugField(
        _("short name"),
        max_length=60,
        unique=True,
        help_text=_("How the database names it. It stands with every parcel, so it never changes."),
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("How customers know it."))
    aliases = models.TextField(
        _("other spellings"),
        max_length=2000,
        blank=True,
        help_text=_("How your shop's backend spells it, one a line. Case, accents and punctuation do not matter."),
    )
    home = models.CharField(
        _("home page"), max_length=500, blank=True, help_text=_("Where customers are sent when there is no link.")
    )
    template = models.CharField(
        _("link to a parcel"),
        max_length=500,
        blank=True,
        help_text=_(
            "With {number} where the tracking number stands, and {postcode} and {language} where the carrier wants them."
        ),
    )

    class Meta:
        verbose_name = _("own carrier")
        verbose_name_plural = _("own carriers")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what could lead customers astray."""
        super().clean()
        if wrong := self.problems():
            raise ValidationError(wrong)

    def problems(self) -> dict[str, Any]:
        """Return what is wrong, as sentences by field; nothing where customers may be sent there."""
        wrong: dict[str, Any] = {}
        if any(self.slug == carrier.slug for carrier in CARRIERS):
            wrong["slug"] = [gettext("The catalogue has a carrier of this name.")]
        if not fold(self.name):
            wrong["name"] = [gettext("A name has letters or digits.")]
        if self.home and (found := links.address_problems(self.home)):
            wrong["home"] = found
        if self.template and (found := links.problems(self.template)):
            wrong["template"] = found
        return wrong
