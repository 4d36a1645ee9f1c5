"""Mails that share a layout are, to the byte, the mails that their templates make one by one."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.template import engines
from django.test import override_settings
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as st

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
    SpecialMessageView,
    WindowView,
)

from .test_mail import news as bare

LINK = "https://shop.example/orders/abc/?a=1&b=2"
#: What anybody may write, and what is written to break out of where it stands.
WORDS = st.one_of(
    st.just(""),
    st.text(max_size=20),
    st.sampled_from(
        [
            "<b>&amp;\"'</b>",
            "a\xa0b",
            "a\r\nb\r",
            "\0",
            "\ue0000\ue001",
            "  two\n\n\n\nlines \n",
            "%(x)s {{ y }} {% z %}",
            "<!--",
            "–\u202e",
        ]
    ),
)
#: Rich text as an editor saves it, and as it comes out of :func:`safe`.
HTML = st.lists(
    st.sampled_from(
        [
            '<p>Hello <b>you</b> &amp; "all"</p>',
            "<ul><li>a</li><li>b<br/>c</li></ul>",
            '<p><a href="/x?a=1&amp;b=2">Read</a></p>',
            "<ol><li><i>x</i></li></ol>",
            "plain &lt;words&gt;",
        ]
    ),
    max_size=3,
).map("".join)


def by_templates(*args: Any, **more: Any) -> Rendered:
    """Return the mail as it is made where templates are being worked on."""
    with override_settings(DEBUG=True):
        return render(*args, **more)


@st.composite
def items(draw: Any) -> tuple[ItemView, ...]:
    one = st.builds(
        ItemView,
        title=WORDS,
        quantity=st.integers(1, 12000),
        details=WORDS,
        image_url=st.sampled_from(["", "/media/a.jpg", "https://cdn.example/a.jpg"]),
        initial=st.sampled_from("aÅ<"),
    )
    return tuple(draw(st.lists(one, max_size=3)))


@st.composite
def specials(draw: Any) -> tuple[SpecialMessageView, ...]:
    one = st.builds(
        SpecialMessageView,
        level=st.sampled_from(["info", "success", "warning", "critical"]),
        title=WORDS,
        body=HTML.map(lambda html: safe([html])[0]),
        button_label=WORDS,
        button_url=st.sampled_from(["/sale/", "https://elsewhere.example/?a&b"]),
        html=st.just(SafeString()),
    )
    return tuple(draw(st.lists(one, max_size=2)))


@st.composite
def every_news(draw: Any) -> MilestoneView:
    """Return news as they come, with some of their words replaced by others."""
    milestone = draw(st.sampled_from(Milestone))
    scene = samples.MAILS[milestone]
    rows = samples.sample(scene, Tier.PUBLIC, draw(st.sampled_from([samples.ONE, samples.MANY])), timezone.now())
    news = build_milestone(rows.order, milestone, rows=rows)
    order = news.order
    parcels = tuple(
        dataclasses.replace(
            parcel,
            kicker=draw(WORDS),
            state=draw(WORDS),
            items=draw(items()),
            window=draw(st.none() | st.builds(WindowView, label=WORDS, day=WORDS, iso=st.just(""), hours=WORDS)),
            next_step=draw(st.none() | st.builds(NextStep, title=WORDS, text=WORDS, is_action=st.booleans())),
        )
        for parcel in order.parcels
    )
    look = dataclasses.replace(
        PLAIN,
        name=draw(WORDS),
        contact_url=draw(st.sampled_from(["", "/contact/?a&b"])),
        own_help_email=draw(WORDS),
        phone=draw(WORDS),
        logo=draw(st.none() | st.just(Mark("/media/logo.png", 120, 40))),
        dark_logo=draw(st.none() | st.just(Mark("/media/dark.png", 100, 40))),
    )
    return dataclasses.replace(
        news,
        subject=draw(WORDS),
        sentence=draw(WORDS),
        parcel=draw(st.sampled_from([None, *parcels])),
        special_messages=draw(specials()),
        own=OwnWordsView(subject=draw(WORDS), body=safe([draw(HTML)])[0]),
        order=dataclasses.replace(
            order,
            parcels=parcels,
            count=draw(WORDS),
            rest=draw(WORDS),
            shop=draw(WORDS),
            digital=draw(items()),
            look=look,
        ),
    )


@given(st.data(), st.sampled_from(["en", "fr", "ar", "ja"]))
@settings(max_examples=40, deadline=None)
@pytest.mark.django_db
def test_a_filled_layout_is_what_the_templates_say(data: Any, language: str) -> None:
    with translation.override(language):
        news = data.draw(every_news())
        given_ = {
            "link": LINK,
            "stop": data.draw(st.sampled_from(["https://shop.example/stop/?x&y", ""])),
            "number": data.draw(WORDS),
            "first_name": data.draw(WORDS),
            "is_test": data.draw(st.booleans()),
        }
        assert render(news, **given_) == by_templates(news, **given_)


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
    given_ = {key: value for key, value in engine.items() if key not in ("NAME", "APP_DIRS")}
    given_["OPTIONS"] = {**given_["OPTIONS"], "loaders": loaders}
    news = bare(digital=(ItemView(title="bowl", quantity=1),))
    with override_settings(TEMPLATES=[given_]):
        assert "BOWL" in render(news, link=LINK, stop="", number="", first_name="").html
    assert "BOWL" not in render(news, link=LINK, stop="", number="", first_name="").html
