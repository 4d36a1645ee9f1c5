"""Fields for editors' words with placeholders: a line of text, and rich text. Unknown placeholders are refused at save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from wagtail.blocks import CharBlock, RichTextBlock

from .placeholders import PLACEHOLDERS, refuse_unknown
from .sentence import TIERS

#: The picker under a rich text field; see ``picker``.
PICKER = "order-placeholder"


class WordsInput(forms.TextInput):
    """An input with the picker under it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-controller": PICKER, **(attrs or {})})


class LineBlock(CharBlock):
    """A line of editors' words."""

    def __init__(self, **kwargs: Any) -> None:
        # No words are "": what was saved before a block had this field has nothing there, which no translation takes.
        super().__init__(**{"default": "", **kwargs})
        self.field.widget = WordsInput(self.field.widget.attrs)

    def clean(self, value: Any) -> Any:
        """Refuse braces that are no placeholder."""
        value = super().clean(value)
        refuse_unknown(str(value or ""))
        return value


class WordsBlock(RichTextBlock):
    """Rich text of editors."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["features"] = [*(kwargs.get("features") or ()), PICKER]
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Refuse braces that are no placeholder."""
        value = super().clean(value)
        refuse_unknown(value.source or "", is_html=True)
        return value


def picker() -> dict[str, Any]:
    """Return what the picker shows, in the language that is active."""
    return {
        "title": gettext("Insert a placeholder"),
        "help": gettext(
            "Each customer sees their own value. One with a dashed edge is for identified customers: others read a neutral word."
        ),
        "rows": [
            {
                "text": row.spelled,
                "label": str(row.label),
                "example": str(row.example),
                "tier": str(TIERS[row.tier]),
                "is_private": row.tier.value == "private",
            }
            for row in PLACEHOLDERS.values()
        ],
    }
