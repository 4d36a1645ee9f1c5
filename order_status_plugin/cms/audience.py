"""For whom a piece of content is: data, a pure test, and a sentence that says the same. Knows no Wagtail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ..events import Headline, Tier


class Stage(StrEnum):
    """What an order can be at, as editors choose it: each headline, and "part sent" beside them."""

    CONFIRMED = "confirmed"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED_DELIVERY = "attempted_delivery"
    DELIVERED = "delivered"
    DELIVERED_IN_PART = "delivered_in_part"
    SENT = "sent"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PART_SENT = "part_sent"


class Loyalty(StrEnum):
    """How often somebody has ordered."""

    FIRST = "first"
    RETURNING = "returning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What is so of one order, for one viewer, now. Nothing here names a person."""

    tier: Tier
    headline: Headline
    today: dt.date  # in the shop's zone
    is_part_sent: bool = False  # something was sent, and something was not
    locale: str = ""  # language of the page, BCP 47
    country: str = ""  # destination, ISO 3166-1 alpha-2
    carriers: tuple[str, ...] = ()  # slugs
    shipping_method: str = ""
    tags: tuple[str, ...] = ()
    #: Both are known in the private tier only; the second costs a query, so it is known where some audience asks.
    total: Decimal | None = None
    loyalty: Loyalty | None = None

    @property
    def stages(self) -> frozenset[str]:
        """Return the stages that this order is at."""
        return frozenset({self.headline.value, *([Stage.PART_SENT.value] if self.is_part_sent else [])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Conditions that must all hold; an empty one always holds. Within one, any of its values is enough."""

    stages: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    locales: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()
    shipping_methods: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    first_day: dt.date | None = None  # both included
    last_day: dt.date | None = None
    least_total: Decimal | None = None  # in the order's currency; shows in the private tier only
    most_total: Decimal | None = None
    loyalty: str = ""  # Loyalty, "" for everybody; shows in the private tier only

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> Audience:
        """Return the audience that a block's value, or its JSON, describes; what it does not name is open."""
        given = given or {}
        values: dict[str, Any] = {}
        for one in fields(cls):
            value = given.get(one.name)
            if one.name in ("first_day", "last_day"):
                values[one.name] = dt.date.fromisoformat(value) if isinstance(value, str) and value else value or None
            elif one.name in ("least_total", "most_total"):
                values[one.name] = None if value in (None, "") else Decimal(str(value))
            elif one.name == "loyalty":
                values[one.name] = value or ""
            else:
                values[one.name] = frozenset(clean for each in value or () if (clean := str(each).strip()))
        return cls(**values)

    def data(self) -> dict[str, Any]:
        """Return the conditions that are set, as JSON knows them: what :meth:`of` reads back."""
        found: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, frozenset):
                value = sorted(value)
            elif value is not None and not isinstance(value, str):
                value = str(value)
            if value:
                found[one.name] = value
        return found

    @property
    def is_everybody(self) -> bool:
        """Say whether no condition is set."""
        return self == EVERYBODY

    @property
    def is_of_orders(self) -> bool:
        """Say whether a condition asks for something that only an order has: such content has no place without one."""
        return any(
            (
                self.stages,
                self.tiers and Tier.PUBLIC.value not in self.tiers,
                self.countries,
                self.carriers,
                self.shipping_methods,
                self.tags,
                self._is_personal,
            )
        )

    @property
    def _is_personal(self) -> bool:
        return self.least_total is not None or self.most_total is not None or bool(self.loyalty)

    def includes(self, traits: Traits) -> bool:
        """Say whether the content is shown."""
        tier = Tier.PUBLIC if traits.tier is Tier.PUBLIC else Tier.PRIVATE
        return (
            _any(self.stages, traits.stages)
            # Anyone with the link is everybody, whoever has identified among them.
            and _any(self.tiers, {Tier.PUBLIC.value, tier.value})
            and (not self.locales or _speaks(self.locales, traits.locale))
            and _any(self.countries, {traits.country})
            and _any(self.carriers, traits.carriers)
            and _any(_folded(self.shipping_methods), _folded({traits.shipping_method}))
            and _any(_folded(self.tags), _folded(traits.tags))
            and (self.first_day is None or self.first_day <= traits.today)
            and (self.last_day is None or traits.today <= self.last_day)
            and (not self._is_personal or (tier is Tier.PRIVATE and self._is_theirs(traits)))
        )

    def _is_theirs(self, traits: Traits) -> bool:
        if self.least_total is not None and (traits.total is None or traits.total < self.least_total):
            return False
        if self.most_total is not None and (traits.total is None or traits.total > self.most_total):
            return False
        return not self.loyalty or traits.loyalty == self.loyalty

    def apart(self, names: Collection[str]) -> tuple[Audience, Audience]:
        """Return this without the conditions of these names, and those alone.

        What only identified customers may see because of one stays theirs without it.
        """
        given = self.data()
        left = Audience.of({name: value for name, value in given.items() if name not in names})
        if self._is_personal and not left._is_personal:
            left = replace(left, tiers=frozenset({Tier.PRIVATE.value}))
        return left, Audience.of({name: value for name, value in given.items() if name in names})

    def next_day_of_change(self, today: dt.date) -> dt.date | None:
        """Return the next day on which the calendar alone changes the answer, None when none will."""
        days = [self.first_day, self.last_day + dt.timedelta(days=1) if self.last_day else None]
        return min((day for day in days if day is not None and day > today), default=None)


EVERYBODY = Audience()
DAYS = frozenset({"first_day", "last_day"})
#: What a made-up order cannot stand for: it goes to one country, for one total. The rest is played, or switched.
UNPLAYED = frozenset(one.name for one in fields(Audience)) - {"stages", "tiers", "locales"}


def _any(wanted: Collection[str], found: Collection[str]) -> bool:
    return not wanted or not frozenset(wanted).isdisjoint(found)


def _folded(values: Collection[str]) -> frozenset[str]:
    return frozenset(" ".join(value.casefold().split()) for value in values)


def _speaks(wanted: Collection[str], locale: str) -> bool:
    """Say whether a locale is one of these, or a regional form of one."""
    language = locale.casefold().replace("_", "-")
    return any(language == one or language.startswith(f"{one}-") for one in (each.casefold() for each in wanted))
