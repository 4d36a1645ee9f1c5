"""The blocks that editors compose the page of: parts of the order, and the shop's own words beside them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.blocks import Block, StreamBlock

from . import providers
from .base import FEATURES, ORDER, WORDS, OrderBlock
from .contact import ContactBlock
from .embeds import EmbedBlock
from .feedback import FeedbackBlock
from .offers import RecommendationsBlock, ReorderBlock
from .questions import QuestionsBlock
from .rich_text import safe
from .words import LineBlock, WordsBlock


class PartBlock(OrderBlock):
    """A part of the page that shows the order itself: nothing to fill in but for whom."""

    class Meta:
        group = ORDER


class StatusBlock(PartBlock):
    """The headline: in a sentence where the order stands. For whom it is not stays the page's heading, unseen."""

    region: ClassVar[str] = "head"

    class Meta:
        label = _("Status")
        icon = "info-circle"
        template = "order_status_plugin/blocks/status.html"


class StepsBlock(PartBlock):
    """The rail: Confirmed, In transit, Out for delivery, Delivered."""

    region: ClassVar[str] = "head"

    class Meta:
        label = _("Steps")
        icon = "tasks"
        template = "order_status_plugin/page/rail.html"


class MessagesBlock(PartBlock):
    """The special messages that stand at the top of the page where no layout places them."""

    class Meta:
        label = _("Special messages")
        icon = "warning"
        template = "order_status_plugin/blocks/messages.html"


class NotesBlock(PartBlock):
    """What staff wrote to the customer about this order."""

    class Meta:
        label = _("Notes to the customer")
        icon = "comment"
        template = "order_status_plugin/blocks/notes.html"


class ParcelsBlock(PartBlock):
    """The cards of the parcels."""

    class Meta:
        label = _("Parcels")
        icon = "site"
        template = "order_status_plugin/blocks/parcels.html"


class MapBlock(PartBlock):
    """The map of each parcel, which else stands in the parcel's card."""

    class Meta:
        label = _("Map")
        icon = "globe"
        template = "order_status_plugin/blocks/map.html"


class ItemsBlock(PartBlock):
    """The items of each parcel and those still to come, which else stand in the cards."""

    class Meta:
        label = _("Items")
        icon = "list-ul"
        template = "order_status_plugin/blocks/items.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add the lists, each with the id and the names of the card that it is taken from."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        view = context["view"]
        found = [(each.anchor, each.kicker, each.items_title, each.items) for each in view.parcels]
        if view.pending:
            found.append(("waiting", view.pending.kicker, view.pending.title, view.pending.items))
        found.append(("digital", _("Nothing to deliver"), view.handover or _("Sent by email"), view.digital))
        names = ("key", "kicker", "title", "items")
        context["groups"] = [dict(zip(names, each, strict=True)) for each in found if each[-1]]
        return context


class PendingBlock(PartBlock):
    """What is not sent yet, and what needs no sending."""

    class Meta:
        label = _("Not sent yet")
        icon = "time"
        template = "order_status_plugin/blocks/pending.html"


class DetailsBlock(PartBlock):
    """Address, payment, contact and devices, for identified customers."""

    region: ClassVar[str] = "side"

    class Meta:
        label = _("Delivery and payment")
        icon = "lock"
        template = "order_status_plugin/blocks/details.html"


class HelpBlock(PartBlock):
    """Where help is, by the shop's settings."""

    region: ClassVar[str] = "side"

    class Meta:
        label = _("Help")
        icon = "help"
        template = "order_status_plugin/page/help.html"


class HeadingBlock(OrderBlock):
    """A heading of the shop's own."""

    is_fixed: ClassVar[bool] = True
    is_general: ClassVar[bool] = True

    text = LineBlock(label=_("Heading"), max_length=200)

    class Meta:
        group = WORDS
        label = _("Heading")
        icon = "title"
        template = "order_status_plugin/blocks/heading.html"


class TextBlock(OrderBlock):
    """A few words of the shop's own."""

    is_fixed: ClassVar[bool] = True
    is_general: ClassVar[bool] = True

    text = WordsBlock(label=_("Text"), features=FEATURES)

    class Meta:
        group = WORDS
        label = _("Text")
        icon = "pilcrow"
        template = "order_status_plugin/blocks/text.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add the words, ready to print, whatever way they came into the database."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        context["words"] = safe([value["text"].source])[0] if value.get("text") else ""
        return context


def own_blocks() -> list[tuple[str, Block]]:
    """Return the blocks of this package by name."""
    found: list[tuple[str, Block]] = [
        ("status", StatusBlock()),
        ("steps", StepsBlock()),
        ("messages", MessagesBlock()),
        ("notes", NotesBlock()),
        ("parcels", ParcelsBlock()),
        ("map", MapBlock()),
        ("items", ItemsBlock()),
        ("pending", PendingBlock()),
        ("details", DetailsBlock()),
        ("help", HelpBlock()),
        ("heading", HeadingBlock()),
        ("text", TextBlock()),
        ("questions", QuestionsBlock()),
        ("contact", ContactBlock()),
        ("feedback", FeedbackBlock()),
        ("reorder", ReorderBlock()),
        ("recommendations", RecommendationsBlock()),
    ]
    if apps.is_installed("wagtail.images"):
        from .pictures import PictureBlock

        found.append(("picture", PictureBlock()))
    if providers.offered():
        found.append(("embed", EmbedBlock()))
    return found


def all_blocks() -> list[tuple[str, Block]]:
    """Return our blocks and those that the hook ``register_order_status_block`` adds: ``(name, OrderBlock())`` each."""
    return own_blocks() + [hook() for hook in hooks.get_hooks("register_order_status_block")]


class LayoutBlock(StreamBlock):
    """The whole page of an order, in the order in which it stands. Each part of the order at most once."""

    def __init__(self, **kwargs: object) -> None:
        blocks = all_blocks()
        once = {name: {"max_num": 1} for name, block in blocks if isinstance(block, PartBlock)}
        super().__init__(blocks, block_counts=once, required=False, **kwargs)


class IntroBlock(StreamBlock):
    """What may stand above the look-up form: blocks that make sense without an order."""

    def __init__(self, **kwargs: object) -> None:
        general = [(name, block) for name, block in all_blocks() if getattr(block, "is_general", False)]
        super().__init__(general, required=False, **kwargs)
