"""The question how it was: three buttons, no script."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from .base import WORDS, OrderBlock
from .words import LineBlock


class FeedbackBlock(OrderBlock):
    """Asks for a rating; a comment may follow on the next page."""

    region: ClassVar[str] = "main"

    title = LineBlock(
        label=_("Question"),
        max_length=200,
        default=_("How was your delivery?"),
        help_text=_("Choose below when it is asked: best when the order is delivered."),
    )

    class Meta:
        group = WORDS
        label = _("Feedback")
        icon = "comment"
        template = "order_status_plugin/blocks/feedback.html"
