"""The contact card: where customers reach the shop."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock

from ..conf import conf
from .base import WORDS, OrderBlock
from .words import LineBlock, LinesBlock

PHONE = RegexValidator(
    r"\A\+?[0-9][0-9 ()./\u00a0-]{2,28}[0-9]\Z",
    _("Enter a phone number as customers dial it, such as +351 21 123 4567."),
)
_NOT_DIALLED = re.compile(r"[^0-9+]")


def dialled(phone: str) -> str:
    """Return a phone number as devices dial it: digits, and the plus before them."""
    return _NOT_DIALLED.sub("", phone)


class ContactBlock(OrderBlock):
    """Email, help and contact pages as the look of the site has them; hours, and a phone of its own, as written here."""

    region: ClassVar[str] = "side"
    is_general: ClassVar[bool] = True

    title = LineBlock(label=_("Heading"), max_length=200, default=_("Contact us"))
    phone = CharBlock(label=_("Phone"), required=False, default="", max_length=30, validators=[PHONE])
    hours = LinesBlock(
        label=_("Hours"),
        required=False,
        max_length=300,
        rows=3,
        help_text=_("When somebody answers, a line each: “Monday to Friday, 9:00 to 17:00”."),
    )

    class Meta:
        group = WORDS
        label = _("Contact card")
        icon = "mail"
        template = "order_status_plugin/blocks/contact.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add the ways to reach the shop: as the page around it knows them, else as the settings do."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        context.setdefault("help_email", conf.HELP_EMAIL)
        context.setdefault("help_url", conf.HELP_URL)
        context["tel"] = value.get("phone") or context.get("phone", "")
        context["dial"] = dialled(context["tel"])
        return context
