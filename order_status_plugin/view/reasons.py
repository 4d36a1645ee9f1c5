"""Why a parcel is late, stopped or was not handed over: the plain word, what happens next, what the customer can do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..events import Overlay, Reason
from .marks import form

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

#: The plain word: all that the public tier says.
WORD = {
    Reason.ABSENT: pgettext_lazy("reason", "nobody was there"),
    Reason.ADDRESS: pgettext_lazy("reason", "a question about the address"),
    Reason.CAPACITY: pgettext_lazy("reason", "held up on the way"),
    Reason.CUSTOMS: pgettext_lazy("reason", "customs"),
    Reason.DAMAGED: pgettext_lazy("reason", "damaged"),
    Reason.DOCUMENTS: pgettext_lazy("reason", "papers are missing"),
    Reason.MISSED_PICKUP: pgettext_lazy("reason", "not collected in time"),
    Reason.PAYMENT: pgettext_lazy("reason", "a payment is open"),
    Reason.REFUSED: pgettext_lazy("reason", "not accepted"),
    Reason.SECURITY: pgettext_lazy("reason", "a security check"),
    Reason.WEATHER: pgettext_lazy("reason", "bad weather"),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """What happens next and what the customer can do; ``%(carrier)s`` stands for the carrier."""

    title: _StrPromise
    text: _StrPromise
    is_action: bool = False  # somebody must do something, or it goes back
    is_for_carrier: bool = False  # the carrier can be asked
    is_for_shop: bool = False  # the shop can be asked


#: By reason; the other reasons have no more to say than their overlay has.
ADVICE = {
    Reason.ADDRESS: Advice(
        _("Check the address"),
        _(
            "%(carrier)s cannot deliver to the address as it is. Compare it with the one on this page, and tell what "
            "is missing: a name on the bell, a floor, a company."
        ),
        is_action=True,
        is_for_carrier=True,
        is_for_shop=True,
    ),
    Reason.CAPACITY: Advice(
        _("Nothing for you to do"),
        _("It was held up on the way and goes on with one of the next trips of %(carrier)s."),
    ),
    Reason.CUSTOMS: Advice(
        _("Customs has it"),
        _("It goes on when customs releases it, which can take days. If you are asked for something, answer soon."),
        is_for_carrier=True,
    ),
    Reason.DAMAGED: Advice(
        _("It was damaged on the way"),
        _(
            "%(carrier)s decides whether it still comes to you. If it does, take pictures before you unpack it, "
            "and write to us."
        ),
        is_for_shop=True,
    ),
    Reason.DOCUMENTS: Advice(
        _("Papers are missing"),
        _("It waits until they are there. If %(carrier)s asks you for a paper that only we can have, write to us."),
        is_for_carrier=True,
        is_for_shop=True,
    ),
    Reason.MISSED_PICKUP: Advice(
        _("Ask whether it is still there"),
        _("It waited for you and was not collected in time. Unless %(carrier)s keeps it longer, it goes back to us."),
        is_action=True,
        is_for_carrier=True,
    ),
    Reason.PAYMENT: Advice(
        _("Something must be paid first"),
        _(
            "Duty, tax or a fee is open. Pay on the site of %(carrier)s and nowhere else: "
            "messages that ask for money are often false."
        ),
        is_action=True,
        is_for_carrier=True,
    ),
    Reason.REFUSED: Advice(
        _("It was not accepted"),
        _("Unless you tell %(carrier)s that you want it after all, it goes back to us."),
        is_action=True,
        is_for_carrier=True,
        is_for_shop=True,
    ),
    Reason.SECURITY: Advice(
        _("Nothing for you to do"), _("It is being inspected, as some parcels are, and goes on after that.")
    ),
    Reason.WEATHER: Advice(
        _("Nothing for you to do"), _("The weather holds it up. It goes on as soon as %(carrier)s can drive again.")
    ),
}

#: Where the reason is not known, or has nothing of its own to say.
WITHOUT_REASON = {
    Overlay.DELAYED: Advice(
        _("Nothing for you to do"),
        _("It takes longer than planned and is still on its way. A new date shows here when %(carrier)s names one."),
    ),
    Overlay.EXCEPTION: Advice(
        _("Watch it for a day"),
        _("%(carrier)s reports a problem. If nothing changes within a day, ask %(carrier)s, or write to us."),
        is_for_carrier=True,
        is_for_shop=True,
    ),
}


@form()
def plain(words: str) -> str:
    """Return why an estimate moved: our word for a reason of ours, a code in words, else the source's own words."""
    if words in WORD:
        return capfirst(str(WORD[Reason(words)]))
    if re.fullmatch(r"[A-Za-z0-9]+(_[A-Za-z0-9]+)+", words):
        return capfirst(words.replace("_", " ").lower())
    return words
