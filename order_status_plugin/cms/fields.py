"""StreamFields whose migrations name no blocks: new ones never make a migration, ours or a shop's."""

from __future__ import annotations

from typing import Any, ClassVar

from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField

from .blocks import IntroBlock, LayoutBlock


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
