"""The shop's own words to many, chosen for one viewer of one order."""

from __future__ import annotations

import datetime as dt

from django.utils.safestring import SafeString

from ..cms.audience import Traits
from ..cms.messages import Message, Messages, Place
from .model import SpecialMessageView


def special_messages(
    messages: Messages, place: Place, traits: Traits, now: dt.datetime
) -> tuple[SpecialMessageView, ...]:
    """Return the messages that stand in a place, the most important first."""
    return tuple(_view(one, place) for one in messages.chosen(place, traits, now))


def _view(message: Message, place: Place) -> SpecialMessageView:
    """Return one as this viewer reads it: what differs from order to order is filled in here, and only here."""
    return SpecialMessageView(
        level=message.level,
        title=message.title,
        body=message.body,
        button_label=message.button.label if message.button else "",
        button_url=message.button.url if message.button else "",
        html=SafeString() if place is Place.MAIL else message.cards[place],
    )
