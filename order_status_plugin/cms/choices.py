"""What editors may choose from. Callables, so that neither settings nor languages ever stand in a migration."""

from __future__ import annotations

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language

from ..carriers import catalogue
from ..events import Tier
from .audience import Loyalty, Stage
from .sentence import LOYALTY, STAGES, TIERS

Choices = list[tuple[str, str]]


def stages() -> Choices:
    """Return what an order can be at."""
    return [(stage.value, str(STAGES[stage])) for stage in Stage]


def tiers() -> Choices:
    """Return who looks."""
    return [(tier.value, str(TIERS[tier])) for tier in (Tier.PUBLIC, Tier.PRIVATE)]


def loyalty() -> Choices:
    """Return how often somebody has ordered."""
    return [(each.value, str(LOYALTY[each])) for each in Loyalty]


def languages() -> Choices:
    """Return the languages of the project."""
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def countries() -> Choices:
    """Return every country by its name in the editor's language."""
    names = Locale.parse(get_language() or "en", sep="-").territories
    found = [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _UNIONS]
    return sorted(found, key=lambda each: each[1])


def carriers() -> Choices:
    """Return the carriers of the catalogue, and the shop's own."""
    catalogue.refresh()
    return sorted(((carrier.slug, carrier.name) for carrier in catalogue.every()), key=lambda each: each[1].casefold())


#: Codes of Babel's that are no destination.
_UNIONS = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
