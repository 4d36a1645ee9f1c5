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


def arrange(view: OrderView, layout: Iterable[Placed], context: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``context``, and in it where the blocks are.

    ``regions`` are the rendered blocks that this viewer may see, by column; empty ones are left out. ``placed`` names the
    blocks of the layout: what one shows stands there, and nowhere else. ``hidden`` names those for other viewers only.
    """
    regions: dict[str, list[SafeString]] = {region: [] for region in REGIONS}
    layout = () if view.is_erased else tuple(layout)
    seen = [placed for placed in layout if _is_for(view, placed)]
    names = frozenset(placed.name for placed in layout)
    whole = {**context, "placed": names, "hidden": names - {placed.name for placed in seen}, "regions": regions}
    for placed in seen:
        html, value = placed.html, placed.value
        if html is None:
            # Before it is rendered: what stands in an order may spell whatever it likes.
            value = filled(value, view.fillings) if placed.is_filled else value
            html = placed.block.render(value, dict(whole))
        elif placed.is_filled:
            html = fill_html(html, view.fillings)
        if html.strip():
            regions[placed.region].append(mark_safe(html))  # noqa: S308 - by Django's templates
    return whole


def _is_for(view: OrderView, placed: Placed) -> bool:
    return placed.audience.includes(view.traits) if view.traits else placed.audience.is_everybody
