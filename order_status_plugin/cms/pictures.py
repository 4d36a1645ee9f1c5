"""The picture block, for projects that have ``wagtail.images``."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.images.blocks import ImageBlock

from .base import WORDS, OrderBlock
from .words import LineBlock


class PictureBlock(OrderBlock):
    """A picture with a caption."""

    is_fixed: ClassVar[bool] = True
    is_general: ClassVar[bool] = True

    picture = ImageBlock(label=_("Picture"))
    caption = LineBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        group = WORDS
        label = _("Picture")
        icon = "image"
        template = "order_status_plugin/blocks/picture.html"
