"""What may stand below the words of a message: one picture, and one button."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import PageChooserBlock, StreamBlock, StructBlock, URLBlock
from wagtail.blocks.struct_block import StructBlockValidationError

from .words import LineBlock


class ButtonBlock(StructBlock):
    """A button that leads to a page of the shop or to an address."""

    label = LineBlock(label=_("Label"), max_length=60)
    page = PageChooserBlock(label=_("Page"), required=False)
    url = URLBlock(
        label=_("Or an address"),
        required=False,
        validators=[URLValidator(schemes=["https"], message=_("Enter an address that begins with https://"))],
    )

    class Meta:
        label = _("Button")
        icon = "link"

    def clean(self, value: Any) -> Any:
        """Take exactly one target."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation and bool(cleaned.get("page")) == bool(cleaned.get("url")):
            error = ValidationError(_("Choose a page or enter an address: one of the two."))
            raise StructBlockValidationError(block_errors={"url": error})
        return cleaned


class ExtrasBlock(StreamBlock):
    """Each at most once."""

    def __init__(self, **kwargs: Any) -> None:
        found: list[tuple[str, Any]] = [("button", ButtonBlock())]
        if apps.is_installed("wagtail.images"):
            from wagtail.images.blocks import ImageBlock

            template = "order_status_plugin/blocks/message_picture.html"
            found.insert(0, ("picture", ImageBlock(label=_("Picture"), icon="image", template=template)))
        once = {name: {"max_num": 1} for name, _block in found}
        super().__init__(found, block_counts=once, required=False, **kwargs)
