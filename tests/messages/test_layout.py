"""Mails that share a layout are, to the byte, the mails that their templates make one by one."""

from __future__ import annotations

import dataclasses
import random
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.template import engines
from django.test import override_settings
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from order_status_plugin.cms.look import PLAIN, Mark
from order_status_plugin.cms.rich_text import safe
from order_status_plugin.events import Milestone, Tier
from order_status_plugin.messages import render as rendering
from order_status_plugin.messages.render import Rendered, render
from order_status_plugin.view import samples
from order_status_plugin.view.milestone import build_milestone
from order_status_plugin.view.model import (
    ItemView,
    MilestoneView,
    NextStep,
    OwnWordsView,
    ParcelView,
    SpecialMessageView,
    WindowView,
)

from .test_mail import news as bare

LINK = "https://shop.example/orders/abc/?a=1&b=2"
#: What anybody may write, and what is written to break out of where it stands.
WORDS = (
    "",
    "Ash glaze, 18 cm",
    "<b>&amp;\"'</b>",
    '" onload="x',
    "a\xa0b",
    "  two\n\n\n\nlines \n",
    "%(x)s {{ y }} {% z %}",
    "<!--",
    "مرحبا \u202e",
)
#: What fits into no layout.
ODD = ("a\r\nb\r", "\0", "\ue0000\ue001")
#: Rich text as an editor saves it.
HTML = (
    "",
    '<p>Hello <b>you</b> &amp; "all"</p><ul><li>a</li><li>b<br/>c</li></ul>',
    '<p><a href="/x?a=1&amp;b=2">Read</a></p><ol><li><i>x</i></li></ol>plain &lt;words&gt;',
)
COUNT = {"light": 60, "moderate": 150, "full": 2_000}


def by_templates(*args: Any, **more: Any) -> Rendered:
    """Return the mail as it is made where templates are being worked on."""
    with mock.patch.object(settings, "DEBUG", True):  # not by a signal, at which every template would be read anew
        return render(*args, **more)


class Shop:
    """Writes what shops, hosts and customers may write."""

    def __init__(self, number: int) -> None:
        self.rng = random.Random(number)
        self.words = WORDS + ODD * (self.rng.random() < 0.1)

    def any(self, *choices: Any) -> Any:
        return self.rng.choice(choices)

    def word(self) -> str:
        return str(self.rng.choice(self.words))

    def html(self) -> SafeString:
        return safe([self.rng.choice(HTML)])[0]

    def items(self) -> tuple[ItemView, ...]:
        pictures = ("", "/media/a.jpg?x&y", "https://cdn.example/a.jpg")
        return tuple(
            ItemView(
                title=self.word(),
                quantity=self.any(1, 2, 12000),
                details=self.word(),
                image_url=self.any(*pictures),
                initial=self.any("a", "<"),
            )
            for _ in range(self.any(0, 1, 3))
        )

    def special(self) -> SpecialMessageView:
        return SpecialMessageView(
            level=self.any("info", "success", "warning", "critical"),
            title=self.word(),
            body=self.html(),
            button_label=self.word(),
            button_url=self.any("/sale/", "https://elsewhere.example/?a&b"),
            html=SafeString(),
        )

    def parcel(self, known: ParcelView) -> ParcelView:
        window = WindowView(label=self.word(), day=self.word(), iso="", hours=self.word())
        step = NextStep(title=self.word(), text=self.word(), is_action=self.any(True, False))
        return dataclasses.replace(
            known,
            kicker=self.word(),
            state=self.word(),
            items=self.items(),
            window=self.any(None, window),
            next_step=self.any(None, step),
        )

    def news(self) -> MilestoneView:
        """Return news as they come, with their words replaced by others."""
        milestone = self.any(*Milestone)
        many = self.any(samples.ONE, samples.MANY)
        rows = samples.sample(samples.MAILS[milestone], Tier.PUBLIC, many, timezone.now())
        news = build_milestone(rows.order, milestone, rows=rows)
        parcels = tuple(self.parcel(each) for each in news.order.parcels)
        look = dataclasses.replace(
            PLAIN,
            name=self.word(),
            contact_url=self.any("", "/contact/?a&b"),
            own_help_email=self.word(),
            phone=self.word(),
            logo=self.any(None, Mark("/media/logo.png", 120, 40)),
            dark_logo=self.any(None, Mark("/media/dark.png", 100, 40)),
        )
        said = {name: self.word() for name in ("count", "rest", "shop", "promise")}
        return dataclasses.replace(
            news,
            subject=self.word(),
            sentence=self.word(),
            parcel=self.any(None, *parcels),
            special_messages=tuple(self.special() for _ in range(self.any(0, 0, 1, 2))),
            own=OwnWordsView(subject=self.word(), body=self.html()),
            order=dataclasses.replace(news.order, parcels=parcels, digital=self.items(), look=look, **said),
        )


@pytest.mark.django_db
def test_a_filled_layout_is_what_the_templates_say(volume_once: str) -> None:
    for number in range(COUNT[volume_once]):
        shop = Shop(number)
        with translation.override(shop.any("en", "fr", "ar", "ja")):
            news = shop.news()
            given = {name: shop.word() for name in ("number", "first_name", "stop")}
            given |= {"link": LINK, "is_test": shop.any(True, False)}
            filled, expected = render(news, **given), by_templates(news, **given)
            assert filled == expected, number


@pytest.mark.django_db
def test_mails_that_look_alike_share_a_layout_and_no_word() -> None:
    rendering._layout.cache_clear()
    for name, sentence in (("Noor", "It left."), ("Ana", "It is there.")):
        news = dataclasses.replace(bare(), sentence=sentence)
        mail = render(news, link=f"https://shop.example/{name}/", stop="", number=f"TS-{name}", first_name=name)
        for half in (mail.text, mail.html):
            assert sentence in half
            assert f"TS-{name}" in half
    assert rendering._layout.cache_info().currsize == 1
    render(bare(shop="", count=""), link=LINK, stop="", number="", first_name="")
    assert rendering._layout.cache_info().currsize == 2


@pytest.mark.django_db
def test_templates_of_the_shops_own_are_asked_for_every_mail() -> None:
    """They may read what ours do not."""
    own = {
        "order_status_plugin/mail/items.html": "{% for each in items %}<p>{{ each.item.title|upper }}</p>{% endfor %}"
    }
    (engine,) = (engine for engine in engines.templates.values() if engine["BACKEND"].endswith("DjangoTemplates"))
    loaders = [("django.template.loaders.locmem.Loader", own), "django.template.loaders.app_directories.Loader"]
    plain = {key: value for key, value in engine.items() if key not in ("NAME", "APP_DIRS")}
    plain["OPTIONS"] = {**plain["OPTIONS"], "loaders": loaders}
    news = bare(digital=(ItemView(title="bowl", quantity=1),))
    with override_settings(TEMPLATES=[plain]):
        assert "BOWL" in render(news, link=LINK, stop="", number="", first_name="").html
    assert "BOWL" not in render(news, link=LINK, stop="", number="", first_name="").html
