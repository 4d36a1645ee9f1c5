"""Fields for editors' words with placeholders: a line of text, a few, and rich text. Unknown placeholders are refused at save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from wagtail.blocks import CharBlock, FieldBlock, RichTextBlock, StructValue, TextBlock

from .placeholders import PLACEHOLDERS, fill_text, is_filled, refuse_unknown
from .sentence import TIERS

#: The picker under a rich text field; see ``picker``.
PICKER = "order-placeholder"


class WordsInput(forms.TextInput):
    """An input with the picker under it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-controller": PICKER, **(attrs or {})})


class PlainBlock(FieldBlock):
    """The base of those whose words are plain text."""

    def clean(self, value: Any) -> Any:
        """Refuse braces that are no placeholder."""
        value = super().clean(value)
        refuse_unknown(str(value or ""))
        return value


class LineBlock(PlainBlock, CharBlock):
    """A line of editors' words."""

    def __init__(self, **kwargs: Any) -> None:
        # No words are "": what was saved before a block had this field has nothing there, which no translation takes.
        super().__init__(**{"default": "", **kwargs})
        self.field.widget = WordsInput(self.field.widget.attrs)


class LinesBlock(PlainBlock, TextBlock):
    """A few lines of editors' words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default": "", **kwargs})
        self.field.widget.attrs["data-controller"] += f" {PICKER}"


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


def _plain(value: Any) -> dict[str, str]:
    """Return the plain words of a block's value, by field."""
    if not isinstance(value, StructValue):
        return {}
    fields = value.block.child_blocks.items()
    return {name: value.get(name) or "" for name, field in fields if isinstance(field, PlainBlock)}


def has_placeholders(value: Any) -> bool:
    """Say whether a block's own plain words hold a placeholder."""
    return any(map(is_filled, _plain(value).values()))


def filled(value: StructValue, values: Mapping[str, str]) -> StructValue:
    """Return a block's value with the placeholders in its own plain words filled: see ``placeholders.fill_text``."""
    words = {name: fill_text(text, values) for name, text in _plain(value).items()}
    return type(value)(value.block, {**value, **words})


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
