"""An audience in a sentence, for editors: "Shown to: in transit; to France; 24–31 December 2026"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.lists import format_list
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from ..carriers import catalogue
from ..events import Tier
from .audience import Audience, Loyalty, Stage

#: The stages in words that fit into a list.
STAGES = {
    Stage.CONFIRMED: pgettext_lazy("stage", "confirmed, nothing sent yet"),
    Stage.PART_SENT: pgettext_lazy("stage", "sent in part"),
    Stage.IN_TRANSIT: pgettext_lazy("stage", "in transit"),
    Stage.OUT_FOR_DELIVERY: pgettext_lazy("stage", "out for delivery"),
    Stage.ATTEMPTED_DELIVERY: pgettext_lazy("stage", "attempted delivery"),
    Stage.DELIVERED: pgettext_lazy("stage", "delivered"),
    Stage.DELIVERED_IN_PART: pgettext_lazy("stage", "delivered in part"),
    Stage.SENT: pgettext_lazy("stage", "sent without live tracking"),
    Stage.RETURNED: pgettext_lazy("stage", "returned"),
    Stage.LOST: pgettext_lazy("stage", "lost"),
    Stage.CANCELLED: pgettext_lazy("stage", "cancelled"),
    Stage.REFUNDED: pgettext_lazy("stage", "refunded"),
}

TIERS = {
    Tier.PUBLIC: gettext_lazy("anyone with the link"),
    Tier.PRIVATE: gettext_lazy("identified customers"),
}

LOYALTY = {
    Loyalty.FIRST: gettext_lazy("first-time customers"),
    Loyalty.RETURNING: gettext_lazy("returning customers"),
}


def sentence(audience: Audience) -> str:
    """Return who sees it, in the language that is active."""
    return _("Shown to: %(who)s") % {"who": "; ".join(conditions(audience)) or _("everybody")}


def conditions(audience: Audience) -> list[str]:
    """Return what must be true, each condition in words, in the language that is active."""
    return list(_parts(audience, _locale()))


def _parts(audience: Audience, locale: Locale) -> Iterator[str]:
    if audience.stages:
        yield _or([str(STAGES[Stage(one)]) for one in Stage if one in audience.stages], locale)
    if len(audience.tiers) == 1:
        yield str(TIERS[Tier(next(iter(audience.tiers)))])
    if audience.loyalty:
        yield str(LOYALTY[Loyalty(audience.loyalty)])
    if audience.countries:
        yield _("to %(countries)s") % {
            "countries": _or([str(locale.territories.get(one, one)) for one in audience.countries], locale)
        }
    if audience.carriers:
        names = [found.name if (found := catalogue.get(one)) else one for one in audience.carriers]
        yield _("with %(carriers)s") % {"carriers": _or(names, locale)}
    if audience.shipping_methods:
        yield _("by %(methods)s") % {"methods": _or(audience.shipping_methods, locale)}
    if audience.tags:
        yield _("tagged %(tags)s") % {"tags": _or(audience.tags, locale)}
    if audience.locales:
        languages = sorted(_language(one, locale) for one in audience.locales)
        yield _("in %(languages)s") % {"languages": _or(languages, locale)}
    if worth := _worth(audience.least_total, audience.most_total):
        yield worth
    if days := _days(audience.first_day, audience.last_day, locale):
        yield days


def _worth(least: Decimal | None, most: Decimal | None) -> str:
    if least is not None and most is not None:
        return _("worth %(least)s to %(most)s") % {"least": f"{least:f}", "most": f"{most:f}"}
    if least is not None:
        return _("worth %(least)s or more") % {"least": f"{least:f}"}
    return _("worth %(most)s or less") % {"most": f"{most:f}"} if most is not None else ""


def _days(first: dt.date | None, last: dt.date | None, locale: Locale) -> str:
    if first and last:
        # A range reads well only where it is one; an editor who swapped the days must see that.
        return str(format_interval(first, last, "yMMMMd", locale=locale)) if first <= last else _("never")
    if first:
        return _("from %(day)s") % {"day": format_date(first, "long", locale=locale)}
    return _("until %(day)s") % {"day": format_date(last, "long", locale=locale)} if last else ""


def _or(words: Collection[str], locale: Locale) -> str:
    return str(format_list(sorted(words) if isinstance(words, frozenset) else list(words), style="or", locale=locale))


def _language(code: str, locale: Locale) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name(locale) or code
    except (ValueError, UnknownLocaleError):
        return code


def _locale() -> Locale:
    try:
        return Locale.parse(get_language() or "en", sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")
