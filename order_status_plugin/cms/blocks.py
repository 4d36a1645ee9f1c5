"""The blocks that editors compose the page of."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, RichTextBlock, StreamBlock


class BodyBlock(StreamBlock):
    """What may stand above the look-up form."""

    heading = CharBlock(
        label=_("Heading"), max_length=200, icon="title", template="order_status_plugin/cms/heading.html"
    )
    rich_text = RichTextBlock(label=_("Text"), features=["bold", "italic", "ol", "ul", "link", "document-link"])
