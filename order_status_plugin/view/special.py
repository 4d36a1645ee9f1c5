"""The shop's own words to many, chosen for one viewer of one order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.safestring import SafeString

from ..cms.audience import Traits
from ..cms.messages import Message, Messages, Place
from ..cms.placeholders import fill_html, fill_text
from .model import SpecialMessageView


def special_messages(
    messages: Messages, place: Place, traits: Traits, now: dt.datetime, values: Mapping[str, str]
) -> tuple[SpecialMessageView, ...]:
    """Return the messages that stand in a place, the most important first. ``values`` are what placeholders say."""
    return tuple(_view(one, place, values) for one in messages.chosen(place, traits, now))


def _view(message: Message, place: Place, values: Mapping[str, str]) -> SpecialMessageView:
    """Return one as this viewer reads it: what differs from order to order is filled in here, and only here."""
    label = message.button.label if message.button else ""
    html = SafeString() if place is Place.MAIL else message.cards[place]
    is_filled = message.is_filled
    return SpecialMessageView(
        level=message.level,
        title=fill_text(message.title, values) if is_filled else message.title,
        body=fill_html(message.body, values) if is_filled else message.body,
        button_label=fill_text(label, values) if is_filled else label,
        button_url=message.button.url if message.button else "",
        html=fill_html(html, values) if is_filled else html,
    )
