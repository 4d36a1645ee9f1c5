"""How a site looks, and where its customers reach it: one row a site, edited in Wagtail's settings."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting

from .brand_fields import ColourField, CornersField, FontField, PictureField
from .colour import Colour, parse
from .contact import PHONE
from .fonts import ROUND, SYSTEM
from .palette import Chosen, Shades, Unreadable, derive, schemes
from .preview import OrderPreviewMixin

#: With a code of its own, or the form field would put its own words in the place of these.
_HTTPS = URLValidator(schemes=["https"], message=_("Enter an address that begins with https://"), code="https")


class BrandSettings(OrderPreviewMixin, BaseSiteSetting):
    """The look of the order status page and its mails on one site. Whatever is empty is as it comes."""

    logo = PictureField(
        _("logo"),
        help_text=_("Stands in the head of the page and of mails, 40 pixels high. Without one, the name does."),
    )
    dark_logo = PictureField(
        _("logo in the dark"), help_text=_("For those whose devices are set to dark. Empty means the same.")
    )
    social_image = PictureField(
        _("picture for shared links"),
        help_text=_("What other apps show beside a link to the page: 1200 × 630 pixels, the same for every order."),
    )
    accent = ColourField(
        _("accent"), help_text=_("Buttons, links and the steps. The colours of boxes and of the dark follow from it.")
    )
    background = ColourField(_("background"), help_text=_("Behind everything: nearly white, or nearly black."))
    text = ColourField(_("text"))
    dark_accent = ColourField(_("accent in the dark"), help_text=_("Empty means a lighter shade of the accent."))
    dark_background = ColourField(_("background in the dark"))
    dark_text = ColourField(_("text in the dark"))
    font = FontField(
        _("typeface"),
        default=SYSTEM,
        help_text=_("Fonts that devices bring along: nothing is loaded from anybody, and the page is as quick."),
    )
    corners = CornersField(_("corners"), default=ROUND)
    help_url = models.URLField(_("help pages"), blank=True, validators=[_HTTPS])
    contact_url = models.URLField(
        _("contact page"), blank=True, validators=[_HTTPS], help_text=_("Where customers write to you in a form.")
    )
    contact_email = models.EmailField(_("email"), blank=True)
    contact_phone = models.CharField(_("phone"), max_length=30, blank=True, validators=[PHONE])

    COLOURS: ClassVar[tuple[str, ...]] = ("accent", "background", "text")

    class Meta:
        verbose_name = _("look of the order status page")
        verbose_name_plural = _("looks of the order status page")

    def clean(self) -> None:
        """Refuse colours that cannot be read, at the field that has to change."""
        super().clean()
        problems = {}
        for is_dark in (False, True):
            try:
                derive(self.chosen(is_dark), dark=is_dark)
            except Unreadable as error:
                problems[f"{'dark_' if is_dark else ''}{error.field}"] = ValidationError(_words(error), code="contrast")
        if problems:
            raise ValidationError(problems)

    def chosen(self, is_dark: bool) -> Chosen:
        """Return the colours that were chosen for one scheme."""
        prefix = "dark_" if is_dark else ""
        return Chosen(**{name: _colour(getattr(self, f"{prefix}{name}")) for name in self.COLOURS})

    def shades(self) -> tuple[Shades, Shades]:
        """Return the shades of both schemes. Raises Unreadable."""
        return schemes(self.chosen(False), self.chosen(True))

    @property
    def is_styled(self) -> bool:
        """Say whether anything differs from the stylesheet that everybody has."""
        nothing = Chosen()
        has_colours = self.chosen(False) != nothing or self.chosen(True) != nothing
        return has_colours or self.font != SYSTEM or self.corners != ROUND

    def preview_site(self) -> Any:
        """Return the site that this is the look of."""
        return self.site

    def preview_brand(self) -> BrandSettings:
        """Return these settings as they are being chosen."""
        return self


def _colour(text: str) -> Colour | None:
    try:
        return parse(text) if text else None
    except ValueError:  # the field itself says so
        return None


def _words(error: Unreadable) -> str:
    # Rounded down: 4.499 is not 4.5.
    ratio = number_format(math.floor(error.ratio * 100) / 100, 2)
    return _(
        "%(one)s on %(other)s has a contrast of %(ratio)s:1; it takes at least %(needed)s:1 to be read by everybody. "
        "The nearest shade that is: %(nearest)s."
    ) % {
        "one": error.chosen,
        "other": error.ground,
        "ratio": ratio,
        "needed": number_format(error.needed),
        "nearest": error.nearest,
    }
