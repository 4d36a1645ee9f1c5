"""A StreamField whose migration names no blocks: new ones never make a migration, ours or a shop's."""

from __future__ import annotations

from typing import Any

from wagtail.fields import StreamField

from .blocks import BodyBlock


class BodyField(StreamField):
    """The body of an order status page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(BodyBlock, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Describe the field to migrations, without its blocks."""
        name, path, _, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs
