"""Placeholders in editors' words: a closed table, filled by exact match in one pass. No template engine is near.

What is filled in is escaped, and its braces are broken, so that a value which spells a placeholder stays a value.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..events import Tier

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One row of the table."""

    name: str
    tier: Tier  # the least that a viewer must be to see the value: public or private
    label: Text
    example: Text
    instead: Text  # what stands there for a viewer who may not see it, and where there is nothing to fill in

    @property
    def spelled(self) -> str:
        """Return it as editors write it."""
        return f"{{{{ {self.name} }}}}"


def _row(name: str, tier: Tier, label: Text, example: Text, instead: Text) -> tuple[str, Placeholder]:
    return name, Placeholder(name, tier, label, example, instead)


#: Every placeholder there is, by name, in the order in which the picker shows them.
PLACEHOLDERS: Mapping[str, Placeholder] = dict(
    (
        _row(
            "first_name",
            Tier.PRIVATE,
            gettext_lazy("First name"),
            "Nora",
            pgettext_lazy("instead of a value", "dear customer"),
        ),
        _row(
            "order_number",
            Tier.PRIVATE,
            gettext_lazy("Order number"),
            "TS-20418",
            pgettext_lazy("instead of a value", "(see your confirmation)"),
        ),
        _row(
            "status",
            Tier.PUBLIC,
            gettext_lazy("Status"),
            gettext_lazy("In transit"),
            pgettext_lazy("instead of a value", "on record"),
        ),
        _row(
            "estimate",
            Tier.PUBLIC,
            gettext_lazy("Day of delivery"),
            gettext_lazy("Wednesday, 25 November"),
            pgettext_lazy("instead of a value", "a day that is not known yet"),
        ),
        _row(
            "carrier",
            Tier.PUBLIC,
            gettext_lazy("Carrier"),
            "UPS",
            pgettext_lazy("instead of a value", "the carrier"),
        ),
        _row(
            "tracking_number",
            Tier.PRIVATE,
            gettext_lazy("Tracking number"),
            "1Z 999 AA1 01 2345 6784",
            pgettext_lazy("instead of a value", "(in your delivery details)"),
        ),
        _row(
            "shipping_method",
            Tier.PUBLIC,
            gettext_lazy("Shipping method"),
            gettext_lazy("Standard"),
            pgettext_lazy("instead of a value", "the way you chose"),
        ),
        _row(
            "items_count",
            Tier.PUBLIC,
            gettext_lazy("Number of items"),
            "3",
            pgettext_lazy("instead of a value", "all"),
        ),
        _row(
            "parcels_count",
            Tier.PUBLIC,
            gettext_lazy("Number of parcels"),
            "2",
            pgettext_lazy("instead of a value", "all"),
        ),
        _row(
            "destination_country",
            Tier.PUBLIC,
            gettext_lazy("Country of delivery"),
            gettext_lazy("Portugal"),
            pgettext_lazy("instead of a value", "your country"),
        ),
        _row(
            "destination_city",
            Tier.PRIVATE,
            gettext_lazy("City of delivery"),
            "Porto",
            pgettext_lazy("instead of a value", "your address"),
        ),
        _row(
            "total",
            Tier.PRIVATE,
            gettext_lazy("Total of the order"),
            "€174.50",
            pgettext_lazy("instead of a value", "the amount on your bill"),
        ),
        _row(
            "order_date",
            Tier.PRIVATE,
            gettext_lazy("Day of the order"),
            gettext_lazy("20 November 2026"),
            pgettext_lazy("instead of a value", "the day you ordered"),
        ),
        _row(
            "link",
            Tier.PUBLIC,
            gettext_lazy("Link to the order's page"),
            "https://shop.example/orders/…",
            pgettext_lazy("instead of a value", "the page of your order"),
        ),
        _row(
            "shop_name",
            Tier.PUBLIC,
            gettext_lazy("Name of the shop"),
            "Tilia & Sal",
            pgettext_lazy("instead of a value", "our shop"),
        ),
        _row(
            "help_email",
            Tier.PUBLIC,
            gettext_lazy("Email address for help"),
            "hello@shop.example",
            pgettext_lazy("instead of a value", "our customer service"),
        ),
    )
)

#: What may stand between the braces. Draftail writes a hard space where somebody typed two.
_WRITTEN = re.compile(r"\{\{\s*(" + "|".join(map(re.escape, PLACEHOLDERS)) + r")\s*\}\}")
#: Whatever looks as if it was meant for one.
_BRACES = re.compile(r"\{\{([^{}]*)\}\}|\{\{|\}\}")
#: A tag, with its attributes: nothing is filled in there.
_TAG = re.compile(r"""<(?:"[^"]*"|'[^']*'|[^'">])*>""")
_AROUND = 24


def is_filled(text: str) -> bool:
    """Say whether a text, or HTML, holds a placeholder."""
    return _WRITTEN.search(text) is not None


def names_in(text: str) -> frozenset[str]:
    """Return the placeholders that a text, or HTML, holds."""
    return frozenset(_WRITTEN.findall(text))


def values_for(tier: Tier, values: Mapping[str, str]) -> dict[str, str]:
    """Return those values that a viewer of the public tier may see, or all of them."""
    return {name: said for name, said in values.items() if tier is not Tier.PUBLIC or _is_public(name)}


def _is_public(name: str) -> bool:
    return name in PLACEHOLDERS and PLACEHOLDERS[name].tier is Tier.PUBLIC


def refuse_tier(text: str, tier: Tier) -> None:
    """Raise ValidationError for a placeholder of this tier in plain text that anybody may read over a shoulder."""
    problems = [
        _error(
            _("%(word)s is personal, and this may be read on a locked screen: %(place)s."),
            "placeholder_tier",
            _place(text, found, is_html=False),
            word=found[0],
        )
        for found in _WRITTEN.finditer(text)
        if PLACEHOLDERS[found[1]].tier is tier
    ]
    if problems:
        raise ValidationError(problems)


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """Return plain text with its placeholders filled, in the language that is active.

    ``values`` are by name, and only those that the viewer may see: what is missing or empty becomes its neutral word.
    """
    # A word joiner keeps the braces of a value apart; nobody sees it.
    return _filled(text, lambda name: _value(name, values).replace("{", "{\u2060").replace("}", "\u2060}"))


def fill_html(html: str, values: Mapping[str, str]) -> SafeString:
    """Return trusted HTML (of our templates, over escaped or sanitised words) with its placeholders filled.

    Only text is filled, no attribute. ``link`` becomes an anchor, unless it stands in one.
    """
    done, end, depth = [], 0, 0
    for tag in [*_TAG.finditer(html), None]:
        text = html[end : tag.start() if tag else len(html)]
        done.append(_filled(text, _escaped(values, is_in_anchor=depth > 0)))
        if tag is None:
            break
        done.append(tag[0])
        end = tag.end()
        name = tag[0][1:3].casefold().strip()
        depth += 1 if name in ("a", "a>") else -1 if name == "/a" and depth else 0
    return mark_safe("".join(done))  # noqa: S308 - trusted HTML, and values that are escaped


def _filled(text: str, said: Callable[[str], str]) -> str:
    return _WRITTEN.sub(lambda found: said(found[1]), text)


def _value(name: str, values: Mapping[str, str]) -> str:
    return values.get(name) or str(PLACEHOLDERS[name].instead)


def _escaped(values: Mapping[str, str], *, is_in_anchor: bool) -> Callable[[str], str]:
    def said(name: str) -> str:
        value = str(escape(str(_value(name, values)))).replace("{", "&#123;").replace("}", "&#125;")
        if name == "link" and values.get(name) and not is_in_anchor:
            return f'<a href="{value}">{value}</a>'
        return value

    return said


def refuse_unknown(text: str, *, is_html: bool = False) -> None:
    """Raise ValidationError for braces that are no placeholder: it names the word, its place, and the nearest one.

    ``is_html``: rich text, in which a placeholder must be whole, and no part of an address.
    """
    problems = [problem for found in _BRACES.finditer(text) if (problem := _problem(text, found, is_html=is_html))]
    if problems:
        raise ValidationError(problems)


def _problem(text: str, found: re.Match[str], *, is_html: bool) -> ValidationError | None:
    whole, inside = found[0], found[1]
    if is_html and any(tag.start() < found.start() < tag.end() for tag in _TAG.finditer(text)):
        return _error(_("A placeholder cannot stand in the address of a link: %(place)s."), "placeholder_place", whole)
    if inside is not None and _WRITTEN.fullmatch(whole):
        return None
    place = _place(text, found, is_html=is_html)
    if inside is None:
        message = _("A placeholder begins or ends without its other half, at %(place)s. Write it like %(example)s.")
        return _error(message, "placeholder_half", place, example=PLACEHOLDERS["first_name"].spelled)
    if is_html and _TAG.search(inside):
        message = _("Format all of a placeholder or nothing of it, at %(place)s.")
        return _error(message, "placeholder_parts", place)
    word = inside.strip()
    near = difflib.get_close_matches(re.sub(r"\W+", "_", word.casefold()), PLACEHOLDERS, n=1, cutoff=0.5)
    if near:
        message = _("There is no placeholder “%(word)s”, at %(place)s. Did you mean %(near)s?")
        return _error(message, "placeholder_unknown", place, word=word, near=PLACEHOLDERS[near[0]].spelled)
    message = _("There is no placeholder “%(word)s”, at %(place)s. Choose one from the list under the field.")
    return _error(message, "placeholder_unknown", place, word=word)


def _error(message: str, code: str, place: str, **said: Any) -> ValidationError:
    return ValidationError(message, code=code, params={"place": place, **said})


def _place(text: str, found: re.Match[str], *, is_html: bool) -> str:
    """Return the words around, with the place marked: "…parcel, »{{ frist_name }}«, is on…"."""
    before, after = text[: found.start()], text[found.end() :]
    if is_html:
        before, after = _TAG.sub(" ", before), _TAG.sub(" ", after)
    before, after = " ".join(before.split()), " ".join(after.split())
    start = f"…{before[-_AROUND:]}" if len(before) > _AROUND else before
    rest = f"{after[:_AROUND]}…" if len(after) > _AROUND else after
    return f"“{start} »{found[0]}« {rest}”".replace("“ ", "“").replace(" ”", "”")
