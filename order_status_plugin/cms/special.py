"""The shop's own words to many customers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField

from .audience import Audience
from .base import FEATURES
from .fields import AudienceField, ExtrasField
from .placeholders import refuse_unknown
from .sentence import sentence
from .words import PICKER
from .written import Written


class SpecialMessage(Written):
    """A message to every order of an audience: "We close for Christmas from the 24th"."""

    class Level(models.TextChoices):
        """How loud it is."""

        INFO = "info", _("information")
        SUCCESS = "success", _("good news")
        WARNING = "warning", _("warning")
        CRITICAL = "critical", _("critical")

    title = models.CharField(_("title"), max_length=150)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices, default=Level.INFO)
    text = RichTextField(_("text"), features=[*FEATURES, PICKER], blank=True)
    extras = ExtrasField(verbose_name=_("picture and button"), blank=True)
    audience = AudienceField(verbose_name=_("audience"))
    is_on_page = models.BooleanField(_("at the top of the page"), default=True)
    is_beside_parcels = models.BooleanField(
        _("beside parcels"),
        default=False,
        help_text=_(
            "Beside each parcel that fits: there, where the order is and by which carrier is asked of the parcel."
        ),
    )
    is_in_mails = models.BooleanField(_("in mails about the order"), default=False)
    priority = models.SmallIntegerField(_("priority"), default=0, help_text=_("The highest stands first."))

    PLACES: ClassVar[tuple[str, ...]] = ("is_on_page", "is_beside_parcels", "is_in_mails")

    class Meta(Written.Meta):
        verbose_name = _("special message")
        verbose_name_plural = _("special messages")

    def __str__(self) -> str:
        return self.title

    @property
    def shown_to(self) -> str:
        """Return for whom it is, in a sentence."""
        return sentence(Audience.of(self.audience))

    @property
    def where(self) -> str:
        """Return where it stands, in words."""
        there = [field for field in self._meta.fields if field.name in self.PLACES and getattr(self, field.name)]
        return ", ".join(str(field.verbose_name) for field in there)

    def clean(self) -> None:
        """Refuse a message that stands nowhere, and braces that are no placeholder."""
        super().clean()
        problems: dict[str, ValidationError] = {}
        for name, is_html in (("title", False), ("text", True)):
            try:
                refuse_unknown(getattr(self, name) or "", is_html=is_html)
            except ValidationError as error:
                problems[name] = error
        if not any(getattr(self, name) for name in self.PLACES):
            problems["is_on_page"] = ValidationError(_("Choose at least one place where the message stands."))
        if problems:
            raise ValidationError(dict(problems))

    def preview_messages(self, live: Iterable[Any]) -> list[Any]:
        """Return the live messages with this one among them as it is being written."""
        return [*self.besides(live), self]
