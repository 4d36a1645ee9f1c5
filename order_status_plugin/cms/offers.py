"""What the shop offers beside the order: the same again, and what goes with it. The host knows both."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import IntegerBlock

from .base import WORDS, Need, OrderBlock
from .words import LineBlock


class ReorderBlock(OrderBlock):
    """A button to order the same again, for identified customers whose shop has a page for that."""

    region: ClassVar[str] = "side"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.REORDER})

    title = LineBlock(label=_("Heading"), max_length=200, default=_("Once more?"))
    button = LineBlock(label=_("Button"), max_length=60, default=_("Order it again"))

    class Meta:
        group = WORDS
        label = _("Order again")
        icon = "rotate"
        template = "order_status_plugin/blocks/reorder.html"


class RecommendationsBlock(OrderBlock):
    """Products that the shop recommends with those of the order. Nothing of the person decides: only the products."""

    needs: ClassVar[frozenset[Need]] = frozenset({Need.RECOMMENDATIONS})

    title = LineBlock(label=_("Heading"), max_length=200, default=_("Goes well with it"))
    most = IntegerBlock(label=_("At most"), min_value=1, max_value=8, default=4)

    class Meta:
        group = WORDS
        label = _("Recommendations")
        icon = "tag"
        template = "order_status_plugin/blocks/recommendations.html"
