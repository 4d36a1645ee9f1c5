"""Fields whose migrations name no blocks and no choices: new ones never make a migration, ours or a shop's."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils.text import capfirst
from wagtail.blocks import BlockField, StreamBlock, StructValue
from wagtail.fields import StreamField

from .audience import Audience
from .base import AudienceBlock
from .blocks import IntroBlock, LayoutBlock
from .extras import ExtrasBlock


class NamelessStreamField(StreamField):
    """A StreamField with blocks of its own, which migrations do not know."""

    blocks: ClassVar[type[StreamBlock]]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(self.blocks, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Describe the field to migrations, without its blocks."""
        name, path, _, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs


class LayoutField(NamelessStreamField):
    """The page of an order."""

    blocks = LayoutBlock


class IntroField(NamelessStreamField):
    """What stands above the look-up form."""

    blocks = IntroBlock


class ExtrasField(NamelessStreamField):
    """What stands below the words of a message."""

    blocks = ExtrasBlock


class AudienceFormField(BlockField):
    """Edits the data of an audience as the blocks of a page edit theirs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(block=AudienceBlock(), **kwargs)

    def prepare_value(self, value: Any) -> StructValue:
        """Return what the block's widget draws."""
        return value if isinstance(value, StructValue) else self.block.to_python(value or {})

    def clean(self, value: Any) -> dict[str, Any]:
        """Return the data of what was chosen."""
        return Audience.of(super().clean(self.prepare_value(value))).data()

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare by meaning: the order of choices is none."""
        return Audience.of(initial) != Audience.of(data)


class AudienceField(models.JSONField):
    """For whom something is: what ``Audience.of`` reads."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default": dict, "blank": True, **kwargs})

    def formfield(self, **kwargs: Any) -> forms.Field:
        """Return the block's field; what a plain text field would be told has no meaning here."""
        return AudienceFormField(label=capfirst(self.verbose_name), help_text=self.help_text, required=False)
