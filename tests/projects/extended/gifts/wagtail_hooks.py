"""All that this project adds to the order status page, in one file: a block, and the fields that it shows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.blocks import CharBlock

from order_status_plugin.cms.base import OrderBlock
from order_status_plugin.events import Tier
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.extra import Field


class GiftBlock(OrderBlock):
    """How the order is wrapped, and the greeting on its card."""

    heading = CharBlock(label=_("Heading"), default="Your gift", max_length=80)

    class Meta:
        label = _("Gift wrap")
        icon = "pick"
        template = "gifts/gift.html"


@hooks.register("register_order_status_block")
def gift_block() -> tuple[str, GiftBlock]:
    return "gift", GiftBlock()


@hooks.register("construct_order_view")
def gift_fields(fields: list[Field], order: Order, tier: Tier) -> None:
    if "gift" in order.tags:
        fields.append(Field(name="gift_wrap", value="red paper", tier=Tier.PUBLIC))
        fields.append(Field(name="gift_card", value=lambda: f"For order {order.number}, with love"))
