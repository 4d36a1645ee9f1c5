"""Every status, with everything that an editor can put beside it, and every mail: as HTML, by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import product
from typing import Any

import PIL.Image
from django.core.files.base import ContentFile
from django.utils import timezone, translation
from wagtail.images import get_image_model
from wagtail.models import Locale, Site

from order_status_plugin.cms.blocks import all_blocks
from order_status_plugin.cms.messages import Place, previewed
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.events import Milestone, Tier
from order_status_plugin.messages.render import render as render_mail
from order_status_plugin.page.render import link_hole
from order_status_plugin.view import samples
from order_status_plugin.view.build import build
from order_status_plugin.view.milestone import build_milestone
from tests.page import fixtures
from tests.page.looks import doors, html_of

LANGUAGES = ("en", "ar")
MAIL_LANGUAGES = ("en", "fr", "ar")
TIERS = (Tier.PUBLIC, Tier.PRIVATE)
#: Looks of a parcel that no scene plays: each trouble, each hint.
BY_HAND = tuple(name for name in fixtures.ALL if name != "many")


def layout() -> list[dict[str, Any]]:
    """Return the data of a page that has every block."""
    picture = get_image_model().objects.create(title="Snow", file=_pixel(), description="A shop in the snow")
    words: list[dict[str, Any]] = [
        {"type": "notes", "value": {}},
        {"type": "heading", "value": {"text": "From our kiln to your table"}},
        {"type": "text", "value": {"text": '<p>We pack on <b>weekdays</b>, {{ first_name }}. <a href="/">How</a></p>'}},
        {
            "type": "picture",
            "value": {
                "picture": {"image": picture.pk, "alt_text": "A shop in the snow", "decorative": False},
                "caption": "Our shop",
            },
        },
        {"type": "pending", "value": {}},
        *({"type": part, "value": {}} for part in ("help", "status", "messages", "map", "items")),
    ]
    made = [*fixtures.EXTRAS, *words]
    assert {block["type"] for block in made} == {name for name, _ in all_blocks()}, "the page has every block"
    return made


def _pixel() -> ContentFile:
    kept = BytesIO()
    PIL.Image.new("RGB", (1, 1), "white").save(kept, "PNG")
    return ContentFile(kept.getvalue(), name="snow.png")


def say() -> None:
    """Publish a special message of each level, in each place."""
    locale, _ = Locale.objects.get_or_create(language_code="en")
    for level in SpecialMessage.Level.values:
        SpecialMessage.objects.create(
            title=f"We close, {{{{ first_name }}}} ({level})",
            level=level,
            text='<p>Until <b>24 December</b> we pack every day. <a href="https://shop.example/">Our hours</a></p>',
            extras=[{"type": "button", "value": {"label": "All hours", "page": None, "url": "https://shop.example/"}}],
            locale=locale,
            **dict.fromkeys(SpecialMessage.PLACES, True),
        )


def pages() -> dict[str, str]:
    """Return every look of the page by ``scene-parcels-language-tier``, and others by hand. Needs a database, and writes to it."""
    say()
    made, site, now = layout(), Site.objects.filter(is_default_site=True).first(), timezone.now()
    needs = frozenset(need for _name, block in all_blocks() for need in getattr(block, "needs", ()))
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with translation.override(language):
            messages = previewed(site, language, list, lambda audience: audience)
            assert all(messages.by_place[place] for place in Place)
            for scene, play in samples.SCENES.items():
                for parcels, tier in product(play.counts, TIERS):
                    rows = samples.sample(scene, tier, parcels, now)
                    view = build(rows.order, tier, rows=rows, messages=messages, link=link_hole(), needs=needs)
                    found[f"{scene}-{parcels}-{language}-{tier}"] = html_of(_full(view, tier), layout=made)
    with translation.override("ar"):
        for name, tier in product(BY_HAND, TIERS):
            view = replace(fixtures.ALL[name](tier), language="ar", is_rtl=True)
            found[f"{name}-by-hand-ar-{tier}"] = html_of(view)
        forms = {"shop": "Tilia & Sal", "help_email": "hello@shop.example", "action": "/orders/"}
        for name, html in doors({**forms, "look_up_url": "/orders/"}).items():
            found[f"{name}-door-ar"] = html
    return found


def _full(view: Any, tier: Tier) -> Any:
    """Return a view with what is read from the database beside the order: notes, and a map for who may see it."""
    parcels = view.parcels
    if tier is Tier.PRIVATE and parcels and parcels[0].map is None:
        parcels = (replace(parcels[0], map=fixtures.map_view("european")), *parcels[1:])
    return replace(view, notes=fixtures.noted(tier).notes, parcels=parcels)


def mails() -> Iterator[tuple[str, str]]:
    """Yield the HTML of every mail by ``milestone-language``, with special messages in it."""
    site, now = Site.objects.filter(is_default_site=True).first(), timezone.now()
    for language in MAIL_LANGUAGES:
        with translation.override(language):
            messages = previewed(site, language, list, lambda audience: audience)
            for milestone in Milestone:
                rows = samples.sample(samples.MAILS[milestone], Tier.PUBLIC, samples.ONE, now)
                news = build_milestone(
                    rows.order, milestone, rows=rows, messages=messages, known={"first_name": "Nora"}
                )
                mail = render_mail(
                    news,
                    link="https://shop.example/orders/x/",
                    stop="https://shop.example/stop/",
                    number=samples.NUMBER,
                    first_name="Nora",
                )
                yield f"{milestone}-{language}", mail.html
