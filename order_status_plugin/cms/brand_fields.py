"""Fields of the brand settings. Their migrations name no choices and no image model: both are the project's, or change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .colour import parse
from .fonts import CORNERS, FONTS


class ColourInput(forms.TextInput):
    """A colour as text, with the browser's own picker beside it: ``editor/colour.js`` keeps the two alike."""

    class Media:
        js = (static("order_status_plugin/editor/colour.js"),)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the field and its swatch. The text is the field: a picker alone could not be empty."""
        field = super().render(name, value, {**(attrs or {}), "maxlength": 7, "spellcheck": "false"}, renderer)
        key = (attrs or {}).get("id", name)
        # Named by the field's label, too, whose id is Wagtail's: six of them stand in one form.
        swatch = (
            '<input type="color" data-order-colour="{}" value="{}" tabindex="-1" id="{}-swatch" aria-label="{}" '
            'aria-labelledby="{}-label {}-swatch">'
        )
        return format_html("{}" + swatch, field, name, value or "#ffffff", key, _("Choose a colour"), key, key)


class ColourField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A colour as ``#rrggbb``, or "" for none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 7, "blank": True, **kwargs})

    def to_python(self, value: Any) -> Any:
        """Return the one spelling of a colour. Raises ValidationError."""
        if not value:
            return ""
        try:
            return str(parse(str(value)))
        except ValueError:
            message = _("Enter a colour as # and six digits of 0–9 and a–f, such as #0b62a8.")
            raise ValidationError(message, code="colour") from None

    def formfield(self, **kwargs: Any) -> Any:
        """Return a text field with a swatch."""
        return super().formfield(**{**kwargs, "widget": ColourInput})


class TableField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A key of a table of ours. A table that grows makes no migration."""

    table: Mapping[str, str | Promise]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 20, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """Return a choice of what the table has now."""
        return forms.ChoiceField(
            label=capfirst(self.verbose_name),
            help_text=self.help_text,
            choices=list(self.table.items()),
            initial=self.default,
        )


class FontField(TableField):
    """One of the typefaces."""

    table = {key: font.name for key, font in FONTS.items()}


class CornersField(TableField):
    """How round corners are."""

    table = {key: name for key, (name, _radius) in CORNERS.items()}


class PictureFormField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Chooses one of Wagtail's images."""

    def prepare_value(self, value: Any) -> Any:
        """Return the key of an image that is still there."""
        key = super().prepare_value(value)
        return key if key and self.queryset is not None and self.queryset.filter(pk=key).exists() else None

    def clean(self, value: Any) -> str:
        """Return the key of the image that was chosen, "" for none."""
        chosen = super().clean(value)
        return str(chosen.pk) if chosen else ""


class PictureField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """The key of one of Wagtail's images, "" for none.

    No foreign key: that would bind our migrations to the project's image model, and to having one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 64, "blank": True, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """Return Wagtail's chooser, None where the project has no images."""
        if not apps.is_installed("wagtail.images"):
            return None
        from wagtail.images import get_image_model
        from wagtail.images.widgets import AdminImageChooser

        return PictureFormField(
            get_image_model()._default_manager.all(),
            required=False,
            widget=AdminImageChooser,
            label=capfirst(self.verbose_name),
            help_text=self.help_text,
        )

    def extract_references(self, value: Any) -> Iterator[tuple[type[models.Model], str, str, str]]:
        """Name the image, so that Wagtail says where it is used."""
        if value and apps.is_installed("wagtail.images"):
            from wagtail.images import get_image_model

            yield get_image_model(), str(value), "", ""
