"""The blocks of a page, each in its column, for one viewer of one order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from ..cms.layout import Placed
from ..cms.placeholders import fill_html
from ..cms.words import filled
from ..view.model import OrderView

REGIONS = ("head", "main", "side")


def arrange(view: OrderView, layout: Iterable[Placed], context: Mapping[str, Any]) -> dict[str, list[SafeString]]:
    """Return the rendered blocks that this viewer may see, by column; empty ones are left out."""
    regions: dict[str, list[SafeString]] = {region: [] for region in REGIONS}
    if view.is_erased:
        return regions
    for placed in layout:
        audience, traits = placed.audience, view.traits
        if audience.includes(traits) if traits else audience.is_everybody:
            html, value = placed.html, placed.value
            if html is None:
                # Before it is rendered: what stands in an order may spell whatever it likes.
                value = filled(value, view.fillings) if placed.is_filled else value
                html = placed.block.render(value, dict(context))
            elif placed.is_filled:
                html = fill_html(html, view.fillings)
            if html.strip():
                regions[placed.region].append(mark_safe(html))  # noqa: S308 - by Django's templates
    return regions
