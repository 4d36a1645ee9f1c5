"""An audience is data: each condition narrows, none of them guesses, and the sentence says what the test does."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.cms.audience import EVERYBODY, Audience, Loyalty, Stage, Traits
from order_status_plugin.cms.sentence import sentence
from order_status_plugin.events import Headline, Tier

DAY = dt.date(2026, 12, 24)
COUNTRIES = ["FR", "BE", "DE", ""]
CARRIERS = ["ups", "colissimo", "dpd"]
LOCALES = ["fr", "fr-be", "en", "pt-br"]
METHODS = ["Standard", "express ", ""]
TAGS = ["VIP", "gift", "b2b"]
MONEY = [Decimal("0.00"), Decimal("49.99"), Decimal("50.00"), Decimal("1000.00")]

days = st.dates(DAY - dt.timedelta(days=9), DAY + dt.timedelta(days=9))
traits_ = st.builds(
    Traits,
    tier=st.sampled_from(Tier),
    headline=st.sampled_from(Headline),
    today=days,
    is_part_sent=st.booleans(),
    locale=st.sampled_from(LOCALES),
    country=st.sampled_from(COUNTRIES),
    carriers=st.lists(st.sampled_from(CARRIERS)).map(tuple),
    shipping_method=st.sampled_from(METHODS),
    tags=st.lists(st.sampled_from(TAGS)).map(tuple),
    total=st.none() | st.sampled_from(MONEY),
    loyalty=st.sampled_from([None, *Loyalty]),
)
SETS: dict[str, list[str]] = {
    "stages": [stage.value for stage in Stage],
    "tiers": ["public", "private"],
    "locales": LOCALES,
    "countries": [country for country in COUNTRIES if country],
    "carriers": CARRIERS,
    "shipping_methods": ["standard", "EXPRESS"],
    "tags": TAGS,
}
audiences = st.builds(
    Audience,
    **{name: st.frozensets(st.sampled_from(values), max_size=3) for name, values in SETS.items()},
    first_day=st.none() | days,
    last_day=st.none() | days,
    least_total=st.none() | st.sampled_from(MONEY),
    most_total=st.none() | st.sampled_from(MONEY),
    loyalty=st.sampled_from(["", *Loyalty]),
)


@given(traits_)
def test_without_conditions_it_is_for_everybody(traits: Traits) -> None:
    assert EVERYBODY.includes(traits)
    assert EVERYBODY.is_everybody
    assert not EVERYBODY.is_of_orders


@given(audiences, traits_, st.sampled_from([each.name for each in dataclasses.fields(Audience)]))
def test_a_condition_never_widens(audience: Audience, traits: Traits, name: str) -> None:
    """Taking one condition away keeps everybody who was in."""
    wider = dataclasses.replace(audience, **{name: getattr(EVERYBODY, name)})
    assert wider.includes(traits) or not audience.includes(traits)


@given(audiences, traits_)
def test_it_includes_where_each_condition_alone_does(audience: Audience, traits: Traits) -> None:
    """Conditions are joined by "and", and none of them looks at another."""
    alone = [
        dataclasses.replace(EVERYBODY, **{each.name: getattr(audience, each.name)})
        for each in dataclasses.fields(Audience)
    ]
    assert audience.includes(traits) == all(one.includes(traits) for one in alone)


@given(audiences, traits_, st.sampled_from(sorted(SETS)))
def test_values_of_one_condition_are_joined_by_or(audience: Audience, traits: Traits, name: str) -> None:
    wanted = getattr(audience, name)
    if len(wanted) < 2:
        return
    alone = [dataclasses.replace(audience, **{name: frozenset({value})}) for value in wanted]
    assert audience.includes(traits) == any(one.includes(traits) for one in alone)


@given(audiences, traits_)
def test_what_is_personal_decides_nothing_in_public(audience: Audience, traits: Traits) -> None:
    """A stranger learns neither the total nor whether somebody ordered before from what the page shows."""
    public = dataclasses.replace(traits, tier=Tier.PUBLIC)
    shown = audience.includes(public)
    for total in (None, *MONEY):
        for said in (None, *Loyalty):
            other = dataclasses.replace(public, total=total, loyalty=said)
            assert audience.includes(other) == shown


@given(audiences, traits_)
def test_the_calendar_changes_it_on_the_day_that_it_names(audience: Audience, traits: Traits) -> None:
    """Until the next day of change the answer stays: a kept page may be kept as long."""
    ahead = audience.next_day_of_change(traits.today)
    last = min(ahead or DAY + dt.timedelta(days=30), traits.today + dt.timedelta(days=30))
    day = traits.today
    while day < last:
        assert audience.includes(dataclasses.replace(traits, today=day)) == audience.includes(traits)
        day += dt.timedelta(days=1)


@given(audiences)
def test_it_survives_json(audience: Audience) -> None:
    """Wagtail keeps it as JSON."""
    stored = json.loads(
        json.dumps(
            {
                each.name: sorted(value) if isinstance(value := getattr(audience, each.name), frozenset) else value
                for each in dataclasses.fields(Audience)
            },
            default=str,
        )
    )
    assert Audience.of(stored) == audience


def traits(**more: Any) -> Traits:
    return Traits(**{"tier": Tier.PUBLIC, "headline": Headline.IN_TRANSIT, "today": DAY, **more})


@pytest.mark.parametrize(
    ("given_", "found", "expected"),
    [
        ({"stages": ["part_sent"]}, {"is_part_sent": True}, True),
        ({"stages": ["part_sent"]}, {}, False),
        ({"tiers": ["private"]}, {"tier": Tier.STAFF}, True),
        ({"tiers": ["private"]}, {}, False),
        ({"tiers": ["public"]}, {}, True),
        ({"tiers": ["public"]}, {"tier": Tier.PRIVATE}, True),
        ({"tiers": ["public"]}, {"tier": Tier.STAFF}, True),
        ({"tiers": ["public", "private"]}, {}, True),
        ({"locales": ["fr"]}, {"locale": "fr-be"}, True),
        ({"locales": ["fr-be"]}, {"locale": "fr"}, False),
        ({"locales": ["pt"]}, {"locale": "pt_BR"}, True),
        ({"countries": ["FR"]}, {"country": ""}, False),
        ({"carriers": ["ups"]}, {"carriers": ("dpd", "ups")}, True),
        ({"shipping_methods": [" Express"]}, {"shipping_method": "express"}, True),
        ({"tags": ["vip"]}, {"tags": ("VIP",)}, True),
        ({"first_day": "2026-12-24", "last_day": "2026-12-24"}, {}, True),
        ({"first_day": "2026-12-25"}, {}, False),
        ({"last_day": "2026-12-23"}, {}, False),
        ({"least_total": "50"}, {"tier": Tier.PRIVATE, "total": Decimal("50.00")}, True),
        ({"least_total": "50"}, {"tier": Tier.PRIVATE, "total": None}, False),
        ({"loyalty": "first"}, {"tier": Tier.PRIVATE, "loyalty": Loyalty.FIRST}, True),
        ({"loyalty": "first"}, {"tier": Tier.PRIVATE}, False),
        ({"stages": [], "countries": None, "first_day": "", "least_total": ""}, {}, True),
    ],
)
def test_examples(given_: dict[str, Any], found: dict[str, Any], expected: bool) -> None:
    assert Audience.of(given_).includes(traits(**found)) is expected


@pytest.mark.parametrize(
    ("given_", "language", "expected"),
    [
        ({}, "en", "Shown to: everybody"),
        (
            {"stages": ["in_transit"], "countries": ["FR"], "first_day": "2026-12-24", "last_day": "2026-12-31"},
            "en",
            "Shown to: in transit; to France; Dec 24 – 31, 2026",
        ),
        (
            {"stages": ["in_transit", "part_sent"], "carriers": ["ups"], "tiers": ["private"]},
            "en",
            "Shown to: in transit or sent in part; identified customers; with UPS",
        ),
        ({"first_day": "2026-12-31", "last_day": "2026-12-24"}, "en", "Shown to: never"),
        ({"least_total": "50", "loyalty": "returning"}, "en", "Shown to: returning customers; worth 50 or more"),
        ({"locales": ["fr", "de"]}, "en", "Shown to: in French or German"),
    ],
)
def test_the_sentence(given_: dict[str, Any], language: str, expected: str) -> None:
    with translation.override(language):
        assert sentence(Audience.of(given_)).replace("\u2009", " ") == expected


@given(audiences)
def test_the_sentence_names_every_condition(audience: Audience) -> None:
    with translation.override("en"):
        said = sentence(audience)
    assert (said == "Shown to: everybody") == (
        audience.is_everybody
        or audience.tiers == {"public", "private"}
        and dataclasses.replace(audience, tiers=frozenset()).is_everybody
    )


@given(audiences)
def test_the_sentence_changes_with_every_condition(audience: Audience) -> None:
    with translation.override("en"):
        said = sentence(audience)
        for name in (field.name for field in dataclasses.fields(Audience)):
            nothing = getattr(EVERYBODY, name)
            if getattr(audience, name) != nothing and not (name == "tiers" and len(audience.tiers) == 2):
                assert sentence(dataclasses.replace(audience, **{name: nothing})) != said, name
