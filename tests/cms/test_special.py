"""Messages to many: on the right orders, in the right language, at the right time, live."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Locale, Page, Site

from order_status_plugin import signals
from order_status_plugin.access.links import order_path
from order_status_plugin.cms import epoch, schedule
from order_status_plugin.cms.audience import Audience, Traits
from order_status_plugin.cms.base import AudienceBlock
from order_status_plugin.cms.messages import Message, Messages, Place, in_language
from order_status_plugin.cms.models import ContentEpoch
from order_status_plugin.cms.rich_text import absolute, plain, safe
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.events import Milestone, Tier
from order_status_plugin.messages.render import render
from order_status_plugin.page.models import KeptPage
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.milestone import build_milestone
from tests.access.orders import let_in, placed

from .test_audience import audiences, traits_

NOW = dt.datetime(2026, 12, 24, 12, tzinfo=dt.UTC)
ends_ = st.none() | st.datetimes(dt.datetime(2026, 12, 23), dt.datetime(2026, 12, 26), timezones=st.just(dt.UTC))


def message(**more: Any) -> Message:
    given = {
        "level": "info",
        "title": "x",
        "body": "",
        "button": None,
        "audience": Audience(),
        "ends": None,
        "cards": {},
    }
    return Message(**{**given, "places": frozenset(Place), **more})


messages_ = st.lists(
    st.builds(message, audience=audiences, ends=ends_, places=st.frozensets(st.sampled_from(Place))), max_size=6
)


@given(messages_, traits_, st.lists(traits_, max_size=3), st.sampled_from(Place))
def test_who_is_meant_reads_it_and_nobody_else(
    found: list[Message], traits: Traits, others: list[Traits], place: Place
) -> None:
    """Whatever was asked before, and however many stand there."""
    messages = Messages(found)
    for one in (*others, traits):
        expected = [
            each
            for each in found
            if place in each.places and each.audience.includes(one) and (each.ends is None or each.ends > NOW)
        ]
        assert list(messages.chosen(place, one, NOW)) == expected


@given(messages_, traits_, st.sampled_from(Place))
def test_a_stranger_learns_nothing_personal(found: list[Message], traits: Traits, place: Place) -> None:
    messages = Messages(found)
    public = replace(traits, tier=Tier.PUBLIC)
    blank = replace(public, total=None, loyalty=None)
    assert messages.chosen(place, public, NOW) == Messages(found).chosen(place, blank, NOW)


@given(messages_, traits_, st.sampled_from(Place))
def test_until_the_next_end_nothing_changes(found: list[Message], traits: Traits, place: Place) -> None:
    messages = Messages(found)
    end = messages.next_end(NOW)
    last = (end or NOW + dt.timedelta(days=9)) - dt.timedelta(microseconds=1)
    assert messages.chosen(place, traits, NOW) == messages.chosen(place, traits, last)


@dataclass
class Spoken:
    language_code: str


@dataclass
class Row:
    translation_key: int
    locale: Spoken


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["en", "fr", "pt", "pt-br", "de"])), unique=True, max_size=12
    ),
    st.sampled_from(["en", "fr", "fr-be", "pt-br", "ja"]),
    st.sampled_from(["en", "de"]),
)
def test_each_message_speaks_once_in_the_nearest_language(
    given_: list[tuple[int, str]], language: str, default: str
) -> None:
    rows = [Row(key, Spoken(code)) for key, code in given_]
    picked = in_language(rows, language, default)
    assert {row.translation_key for row in picked} == {key for key, _ in given_}
    assert len(picked) == len({row.translation_key for row in picked})
    for row in picked:
        there = [code for key, code in given_ if key == row.translation_key]
        nearest = [code for code in (language, language.partition("-")[0], default) if code in there]
        assert row.locale.language_code == (nearest or there)[0]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">x</p>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<img src=x onerror="alert(1)">',
        '<p style="position:fixed">x</p>',
        "<iframe src='https://evil.example'></iframe>",
    ],
)
def test_hostile_words_are_disarmed(hostile: str) -> None:
    (html,) = safe([hostile])
    for trace in ("<script", "onclick", "onerror", "javascript:", "data:", "style=", "<img", "<iframe"):
        assert trace not in html


def test_a_plain_twin_keeps_items_and_addresses() -> None:
    html, other = safe(['<p>Hello <b>you</b> &amp; all</p><ul><li>One</li><li><a href="/a/">Two</a></li></ul>', ""])
    assert other == ""
    assert plain(absolute(html, "https://shop.example/orders/x/")) == (
        "Hello you & all\n\n- One\n- Two (https://shop.example/a/)"
    )


@pytest.fixture
def order(db: None) -> Order:
    return placed()


def publish(**more: Any) -> SpecialMessage:
    one = SpecialMessage(**{"title": "We close for Christmas", "locale": Locale.get_default(), **more})
    one.live = False
    one.save()
    one.save_revision().publish()
    one.refresh_from_db()
    return one


def shown(order: Order, cookies: dict[str, str] | None = None) -> str:
    client = Client()
    client.cookies.load(cookies or {})
    return client.get(order_path(order), secure=True).content.decode()


def test_it_stands_on_the_orders_that_it_is_meant_for(order: Order) -> None:
    publish(text="<p>Open again on the <b>2nd</b>.</p>", audience={"stages": ["confirmed"]})
    publish(title="On its way", audience={"stages": ["in_transit"]})
    html = shown(order)
    assert "We close for Christmas" in html
    assert "<b>2nd</b>" in html
    assert "On its way" not in html


def test_what_is_for_the_identified_is_not_public(order: Order) -> None:
    publish(audience={"tiers": ["private"]})
    assert "We close for Christmas" not in shown(order)
    assert "We close for Christmas" in shown(order, let_in(order))


def test_publishing_and_taking_back_change_a_kept_page(order: Order, django_capture_on_commit_callbacks: Any) -> None:
    assert "We close" not in shown(order)
    heard: list[int] = []

    def hear(epoch: int, **kwargs: Any) -> None:
        heard.append(epoch)

    signals.content_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            one = publish()
    finally:
        signals.content_changed.disconnect(hear)
    assert heard
    assert "We close" in shown(order)
    one.unpublish()
    assert "We close" not in shown(order)


def test_a_draft_disturbs_nobody(order: Order) -> None:
    one = publish()
    before = epoch.current()
    one.title = "A draft"
    one.save_revision()
    SpecialMessage.objects.create(title="Another", live=False, locale=Locale.get_default())
    assert epoch.current() == before
    assert "We close" in shown(order)


def test_what_is_scheduled_comes_and_goes_by_itself(order: Order) -> None:
    soon = timezone.now() + dt.timedelta(hours=1)
    one = publish(go_live_at=soon)
    assert not one.live
    assert schedule.run() == 0
    one.latest_revision.approved_go_live_at = timezone.now() - dt.timedelta(seconds=1)
    one.latest_revision.content["go_live_at"] = None
    one.latest_revision.save()
    assert schedule.run() == 1
    assert schedule.run() == 0
    assert "We close" in shown(order)
    SpecialMessage.objects.update(expire_at=timezone.now() - dt.timedelta(seconds=1))
    assert schedule.run() == 1
    one.refresh_from_db()
    assert (one.live, one.expired) == (False, True)
    assert "We close" not in shown(order)


def test_an_expired_message_is_gone_before_anybody_took_it_back(order: Order) -> None:
    publish(expire_at=timezone.now() - dt.timedelta(seconds=1))
    assert "We close" not in shown(order)


def test_a_translation_is_read_by_those_who_speak_it(order: Order, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    one = publish()
    french = one.copy_for_translation(Locale.objects.create(language_code="fr"))
    french.title = "Fermé à Noël"
    french.save()
    french.save_revision().publish()
    assert "Fermé" not in shown(order)
    assert "Fermé" in shown(placed("TS-2", locale="fr"))
    french.refresh_from_db()
    french.unpublish()
    assert "We close" in shown(placed("TS-3", locale="fr"))


def test_another_sites_message_is_not_ours(order: Order) -> None:
    other = Site.objects.create(hostname="other.example", root_page=Page.objects.get(depth=2))
    publish(site=other)
    assert "We close" not in shown(order)


def test_two_hundred_cost_no_query_more_than_one(order: Order) -> None:
    def cold() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert "We close" in shown(order)
        return len(queries)

    home = Page.objects.get(depth=2)
    button = [("button", {"label": "More", "page": home, "url": ""})]
    publish(extras=button)
    first = cold()
    for _ in range(30):
        publish(extras=button, audience={"countries": ["FR"]})
    publish(title="We close later", extras=button)
    assert cold() <= first, "reading an epoch's content, once in each process"
    KeptPage.objects.all().delete()
    assert cold() <= 12, "every order after that"
    with CaptureQueriesContext(connection) as queries:
        shown(order)
    assert len(queries) == 1


def test_a_mail_says_it_twice(order: Order) -> None:
    publish(
        is_in_mails=True,
        text="<p>Ask <a href='mailto:hello@shop.example'>us</a></p>",
        extras=[("button", {"label": "More", "page": Page.objects.get(depth=2), "url": ""})],
    )
    publish(title="On the page only")
    news = build_milestone(order, Milestone.CONFIRMED)
    texts = render(
        news, link="https://shop.example/orders/x/", stop="https://shop.example/s/", number="1", first_name=""
    )
    for text in (texts.html, texts.text):
        assert "We close for Christmas" in text
        assert "On the page only" not in text
    assert "us (mailto:hello@shop.example)" in texts.text
    assert "More: http" in texts.text


def test_it_must_stand_somewhere(db: None) -> None:
    with pytest.raises(ValidationError, match="at least one place"):
        SpecialMessage(title="x", locale=Locale.get_default(), is_on_page=False).full_clean()


@pytest.fixture
def editor(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ada", "ada@shop.example", "secret"))
    return client


BASE = "/cms/snippets/order_status_plugin/specialmessage"


def form(**more: Any) -> dict[str, Any]:
    words = '{"blocks": [{"key": "a", "text": "Back soon", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], '
    words += '"entityRanges": []}], "entityMap": {}}'
    empty = {"extras-count": "0", "audience-shipping_methods-count": "0", "audience-tags-count": "0", "priority": "0"}
    return {**empty, "title": "We close", "level": "warning", "text": words, "is_on_page": "on", **more}


def test_an_editor_writes_schedules_and_takes_back(editor: Client, order: Order) -> None:
    assert "Special messages" in editor.get("/cms/").content.decode()
    assert editor.get(f"{BASE}/add/").status_code == 200
    made = editor.post(f"{BASE}/add/", form(**{"audience-stages": ["confirmed"]}))
    assert made.status_code == 302, made.context["form"].errors
    one = SpecialMessage.objects.get()
    assert (one.live, one.audience) == (False, {"stages": ["confirmed"]})
    assert "We close" not in shown(order)
    edit = f"{BASE}/edit/{one.pk}/"
    assert "Shown to: confirmed, nothing sent yet" in editor.get(edit).content.decode()
    assert editor.post(edit, form(**{"action-publish": "1"})).status_code == 302
    assert "Back soon" in shown(order)
    listed = editor.get(f"{BASE}/?q=close").content.decode()
    assert "Shown to: everybody" in listed
    for address in (f"{BASE}/history/{one.pk}/", f"{BASE}/usage/{one.pk}/", f"{BASE}/?level=info"):
        assert editor.get(address).status_code == 200
    assert editor.post(f"{BASE}/unpublish/{one.pk}/").status_code == 302
    assert "Back soon" not in shown(order)


def test_the_admin_may_frame_the_preview(db: None) -> None:
    answer = SpecialMessage(title="We close", locale=Locale.get_default()).make_preview_request()
    assert answer.status_code == 200
    assert "We close" in answer.content.decode()
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def look(editor: Client, one: SpecialMessage, mode: str, **switches: str) -> str:
    address = f"/cms/order-status/look/order_status_plugin/specialmessage/{one.pk}/"
    return editor.get(address, {"mode": mode, **switches}).content.decode()


def test_a_draft_is_previewed_among_the_live_ones_where_it_will_stand(editor: Client) -> None:
    publish(title="Live already", priority=1)
    soon = (timezone.now() + dt.timedelta(days=40)).date().isoformat()
    one = SpecialMessage.objects.create(
        title="For {{ first_name }}",
        live=False,
        locale=Locale.get_default(),
        audience={"stages": ["in_transit"], "first_day": soon},
        is_beside_parcels=True,
        is_in_mails=True,
    )
    for mode in dict(one.preview_modes):
        assert "Live already" in look(editor, one, mode) or mode.startswith("mail-"), mode
    there = look(editor, one, "in_transit", tier="private", parcels="many")
    assert there.count("For Nora</span></h2>") == 1
    assert there.count("For Nora</span></h3>") >= 1
    assert there.index("Live already</span></h2>") < there.index("For Nora</span></h2>")
    assert "For dear customer" in look(editor, one, "in_transit", tier="public", parcels="one")
    assert "For Nora" not in look(editor, one, "delivered", tier="private")
    assert "For Nora" in look(editor, one, "mail-shipped")
    assert "For Nora" not in look(editor, one, "mail-delivered")
    one.title = "Once live"
    one.save_revision().publish()
    one.title = "As it will be"
    one.save_revision()
    again = look(editor, one, "in_transit")
    assert "As it will be" in again
    assert "Once live" not in again


WISHED = "<p>{{ first_name }}, {{ carrier }} and <a href='/x/'>more</a>: {{ link }}</p>"


def test_each_reads_their_own_value_and_a_stranger_a_neutral_word(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(shipping_method="<b>{{ first_name }}</b>")
    publish(
        title="{{ first_name }}: {{ shipping_method }}",
        text=WISHED,
        extras=[("button", {"label": "To {{ shop_name }}", "page": Page.objects.get(depth=2), "url": ""})],
    )
    name = order.contact.name.split()[0]
    public, private = shown(order), shown(order, let_in(order))
    assert "dear customer: &lt;b&gt;" in public
    assert name not in public
    assert f"{name}: &lt;b&gt;" in private
    for html in (public, private):
        assert "<b>{" not in html
        assert f'<a href="https://testserver{order_path(order)}">' in html
        assert "To {{" not in html


def test_a_mail_fills_what_its_greeting_knows(order: Order) -> None:
    publish(title="Dear {{ first_name }}", text=WISHED, is_in_mails=True, is_on_page=False)
    link = "https://shop.example/orders/x/"
    news = build_milestone(order, Milestone.CONFIRMED, known={"link": link, "first_name": "A<b>"})
    texts = render(news, link=link, stop="https://shop.example/s/", number="1", first_name="A<b>")
    assert "Dear A&lt;b&gt;" in texts.html
    assert f'<a href="{link}"' in texts.html
    assert "Dear A<b>" in texts.text
    assert f"more (https://shop.example/x/): {link}" in texts.text


@pytest.mark.parametrize("field", ["title", "text"])
def test_an_unknown_placeholder_is_refused_with_its_place(db: None, field: str) -> None:
    one = SpecialMessage(**{"title": "x", "locale": Locale.get_default(), field: "Dear {{ frist_name }}, hello"})
    with pytest.raises(ValidationError) as refused:
        one.full_clean()
    (said,) = refused.value.message_dict[field]
    assert "»{{ frist_name }}«" in said
    assert "{{ first_name }}" in said


def test_one_entry_of_the_menu_holds_messages_and_sheet(editor: Client, order: Order) -> None:
    from wagtail.admin.menu import admin_menu

    request = editor.get("/cms/").wsgi_request
    (group,) = [item for item in admin_menu.menu_items_for_request(request) if str(item.label) == "Order status"]
    items = sorted(group.menu.menu_items_for_request(request), key=lambda item: item.order)
    names = [str(item.label) for item in items]
    assert {"Special messages", "Every status at once"} <= set(names)
    assert len(names) == len(set(names))
    one = publish()
    form_ = editor.get(f"{BASE}/edit/{one.pk}/").content.decode()
    assert f"/cms/order-status/sheet/order_status_plugin/specialmessage/{one.pk}/" in form_


def test_the_title_of_an_audience_says_for_whom(editor: Client) -> None:
    one = publish(audience={"countries": ["FR"], "stages": ["in_transit"]})
    assert "Shown to: in transit; to France" in unescape(editor.get(f"{BASE}/edit/{one.pk}/").content.decode())
    chosen = {"prefix": "audience", "audience-stages": ["lost"], "audience-first_day": "2026-12-24"}
    empty = {"audience-shipping_methods-count": "0", "audience-tags-count": "0"}
    said = editor.post("/cms/order-status/sentence/", {**chosen, **empty}).content.decode()
    assert said == "Shown to: lost; from December 24, 2026"
    assert Client().post("/cms/order-status/sentence/", {**chosen, **empty}).status_code == 302
    assert AudienceBlock().get_prep_value(AudienceBlock().to_python({"stages": ["lost"]})).get("sentence") is None


@pytest.mark.parametrize(
    "hostile", [{}, {"prefix": "audience", "audience-first_day": "x", "audience-least_total": "y"}]
)
def test_a_form_that_is_none_is_no_error(editor: Client, hostile: dict[str, str]) -> None:
    assert editor.post("/cms/order-status/sentence/", hostile).status_code < 500


@pytest.mark.parametrize(
    ("audience", "is_told"),
    [
        ({"first_day": "2026-12-24"}, True),
        ({"last_day": "2026-12-23"}, True),
        ({"first_day": "2026-12-25", "last_day": "2026-12-31"}, False),
        ({"first_day": "2026-12-01", "last_day": "2026-12-24"}, False),
        ({"stages": ["lost"]}, False),
    ],
)
def test_open_pages_hear_of_a_day_that_begins_or_ends_something(
    order: Order, monkeypatch: Any, settings: Any, audience: dict[str, Any], is_told: bool
) -> None:
    """Once, at midnight of the shop, and not before."""
    settings.TIME_ZONE = "America/Lima"
    publish(audience=audience)
    midnight = dt.datetime(2026, 12, 24, 5, tzinfo=dt.UTC)  # of Lima
    ContentEpoch.objects.update(changed_at=midnight - dt.timedelta(hours=9))
    numbers = []
    for moment in (midnight - dt.timedelta(seconds=1), midnight, midnight + dt.timedelta(minutes=1)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        schedule.run()
        numbers.append(epoch.current())
    assert [later - numbers[0] for later in numbers] == [0, int(is_told), int(is_told)]
