"""The base of every block on the order status page: where it stands, for whom it is, and how it is rendered."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import (
    CharBlock,
    ChoiceBlock,
    DateBlock,
    DecimalBlock,
    ListBlock,
    MultipleChoiceBlock,
    StructBlock,
)

from . import choices
from .audience import Audience
from .sentence import sentence

#: What editors may do to rich text.
FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]
#: The groups of the list that editors choose blocks from.
ORDER, WORDS = _("The order"), _("The shop's words")


def _several(label: Any, found: Any) -> MultipleChoiceBlock:
    return MultipleChoiceBlock(choices=found, required=False, label=label, widget=forms.CheckboxSelectMultiple)


class Need(StrEnum):
    """What a block shows that has to be asked for: see ``OrderBlock.needs``."""

    REORDER = "reorder"
    RECOMMENDATIONS = "recommendations"


class SentenceBlock(CharBlock):
    """The title of an audience in the editor: written by us, never stored. ``editor/audience.js`` keeps it true."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.field.widget = forms.HiddenInput({"data-controller": "order-audience"})

    def value_from_datadict(self, data: Any, files: Any, prefix: str) -> str:
        """Return nothing: what the title says follows from the conditions."""
        return ""


class AudienceBlock(StructBlock):
    """Who sees a block or a message. Empty fields are open; see :class:`~order_status_plugin.cms.audience.Audience`."""

    sentence = SentenceBlock(label="")
    stages = _several(_("The order is"), choices.stages)
    tiers = _several(_("Seen by"), choices.tiers)
    first_day = DateBlock(required=False, label=_("From"))
    last_day = DateBlock(required=False, label=_("Until, that day included"))
    countries = MultipleChoiceBlock(
        choices=choices.countries, required=False, label=_("Sent to"), widget=forms.SelectMultiple(attrs={"size": 8})
    )
    locales = _several(_("Language"), choices.languages)
    carriers = MultipleChoiceBlock(
        choices=choices.carriers, required=False, label=_("Carrier"), widget=forms.SelectMultiple(attrs={"size": 8})
    )
    shipping_methods = ListBlock(CharBlock(max_length=190), default=[], label=_("Shipping method"))
    tags = ListBlock(CharBlock(max_length=190), default=[], label=_("Order has the tag"))
    least_total = DecimalBlock(
        required=False, min_value=0, label=_("Total of at least"), help_text=_("Shown to identified customers only.")
    )
    most_total = DecimalBlock(
        required=False, min_value=0, label=_("Total of at most"), help_text=_("Shown to identified customers only.")
    )
    loyalty = ChoiceBlock(
        choices=choices.loyalty,
        required=False,
        label=_("Customer"),
        help_text=_("Shown to identified customers only."),
    )

    class Meta:
        label = _("Audience")
        label_format = "{sentence}"
        icon = "group"
        collapsed = True

    def get_form_state(self, value: Any) -> dict[str, Any]:
        """Return what the editor draws, its title among it."""
        return {**super().get_form_state(value), "sentence": sentence(Audience.of(value))}

    def get_prep_value(self, value: Any) -> dict[str, Any]:
        """Return what is stored: the conditions."""
        stored: dict[str, Any] = super().get_prep_value(value)
        stored.pop("sentence", None)
        return stored

    def get_translatable_segments(self, value: Any) -> list[Any]:
        """Return nothing for wagtail-localize to translate: tags and shipping methods are conditions, not words."""
        return []


class OrderBlock(StructBlock):
    """Subclass it, give it a template, and register it with the hook ``register_order_status_block``.

    The template gets ``value`` (the block's fields), ``view`` (an :class:`~order_status_plugin.view.model.OrderView` of
    the viewer's tier: what that tier may not see is not there), and what the page's own partials get. It runs under
    a Content-Security-Policy without inline script and style.
    """

    #: Column of the page: "head", "main" or "side".
    region: ClassVar[str] = "main"
    #: True where the template reads ``value`` alone: then it is rendered once, not for each customer, and placeholders in
    #: its words (fields of ``cms.words``) are filled for each.
    is_fixed: ClassVar[bool] = False
    #: True where it makes sense without an order, so that it may stand above the look-up form, too.
    is_general: ClassVar[bool] = False
    #: What the view must hold for this block beside the order itself: the host is asked for it only then.
    needs: ClassVar[frozenset[Need]] = frozenset()

    audience = AudienceBlock(required=False)


def audience_of(value: Any) -> Audience:
    """Return the audience of a block's value."""
    given = value.get("audience") if hasattr(value, "get") else None
    return Audience.of(given)
