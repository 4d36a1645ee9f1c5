"""The brand settings: who edits them, what they refuse, and that a change of them is heard of."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from wagtail.images import get_image_model
from wagtail.models import ReferenceIndex, Site

from order_status_plugin import signals
from order_status_plugin.cms import epoch, fonts, look
from order_status_plugin.cms.brand import BrandSettings
from order_status_plugin.cms.look import look_for
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.messages import notices, outbox
from order_status_plugin.messages.relay import drain
from order_status_plugin.tracking import record
from tests.cms.brands import GREEN, PINK, brand, default_site, drawn, image, indexed, other_site
from tests.messages.shop import place

pytestmark = pytest.mark.django_db

FORM = "/cms/settings/order_status_plugin/brandsettings/{}/"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()  # of what Wagtail has drawn: keys come again after a roll-back


def address() -> str:
    return FORM.format(default_site().pk)


def fields(**more: str) -> dict[str, str]:
    given = dict.fromkeys([each.name for each in BrandSettings._meta.fields if each.name not in ("id", "site")], "")
    return {**given, "font": "system", "corners": "round", **more}


def editor(*permissions: str) -> Client:
    user = get_user_model().objects.create_user("eve", "eve@shop.example", "secret")
    group = Group.objects.create(name="looks")
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *permissions]))
    user.groups.add(group)
    client = Client()
    client.force_login(user)
    return client


def test_each_swatch_is_named_by_its_field(admin_client: Client) -> None:
    """Six of them are in the form: "Accent Choose a colour", and so on."""
    shown = admin_client.get(address()).content.decode()
    named = re.findall(r'id="(\w+)-swatch" aria-label="Choose a colour" aria-labelledby="\1-label \1-swatch"', shown)
    assert len(set(named)) == 6
    assert [name for name in named if f' id="{name}-label"' not in shown] == []


def test_a_form_in_wagtails_settings_saves_it(admin_client: Client) -> None:
    assert "Look of the order status page" in admin_client.get("/cms/").content.decode()
    shown = admin_client.get(address()).content.decode()
    for words in ("Colours", "Help and contact", 'type="color"', "editor/colour.js", "Serif: classic", "Pictures"):
        assert words in shown
    logo = image()
    given = fields(accent="1F5F3F", font="serif", corners="square", logo=str(logo.pk), contact_phone="+351 21 123")
    answer = admin_client.post(address(), given)
    assert answer.status_code == 302, answer.context["form"].errors
    saved = BrandSettings.objects.get()
    assert (saved.accent, saved.font, saved.corners, saved.logo) == (GREEN, "serif", "square", str(logo.pk))
    again = admin_client.get(address()).content.decode()
    assert f'value="{GREEN}"' in again
    assert f'name="logo" value="{logo.pk}"' in again


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"accent": "#ffcc00"}, "accent", "#ffcc00 on #ffffff has a contrast of 1.51:1; it takes at least 4.5:1"),
        ({"text": "#999999"}, "text", "#999999 on"),
        ({"background": "#808080"}, "background", "at least 7:1"),
        ({"dark_accent": "#222222"}, "dark_accent", "#222222 on"),
        ({"dark_text": "#333333"}, "dark_text", "#333333 on"),
        ({"background": "#fff0f0", "accent": "#ff9999"}, "accent", "The nearest shade that is: #"),
        ({"accent": "red"}, "accent", "six digits"),
        ({"accent": "#fff;}"}, "accent", "six digits"),
        ({"help_url": "http://shop.example/"}, "help_url", "https://"),
        ({"contact_url": "javascript:alert(1)"}, "contact_url", ""),
        ({"contact_phone": "call me"}, "contact_phone", "phone number"),
        ({"contact_email": "nobody"}, "contact_email", "email"),
        ({"font": "Comic Sans"}, "font", "valid choice"),
        ({"corners": "1px;}"}, "corners", "valid choice"),
        ({"logo": "999"}, "logo", "valid choice"),
    ],
)
def test_what_is_refused_is_refused_at_its_field(
    admin_client: Client, given: dict[str, str], field: str, words: str
) -> None:
    answer = admin_client.post(address(), fields(**given))
    assert answer.status_code == 200
    errors = answer.context["form"].errors
    assert set(errors) == {field}
    assert words in str(errors[field][0])
    assert not BrandSettings.objects.exclude(accent="").exists()


def test_a_light_choice_is_not_blamed_for_the_dark(admin_client: Client) -> None:
    """What follows from it there is ours to fit."""
    assert (
        admin_client.post(address(), fields(accent="#000000", text="#000000", background="#ffffff")).status_code == 302
    )
    light, dark = BrandSettings.objects.get().shades()
    assert (str(light.accent), str(light.ink)) == ("#000000", "#000000")
    assert dark.is_dark
    assert not light.is_dark


def test_only_who_may_changes_it() -> None:
    stranger = editor()
    assert stranger.get(address()).status_code == 302
    assert stranger.post(address(), fields(accent=GREEN)).status_code == 302
    assert not BrandSettings.objects.exclude(accent="").exists()
    assert "Look of the order" not in stranger.get("/cms/").content.decode()


def test_who_has_the_permission_does() -> None:
    client = editor("change_brandsettings")
    assert "Look of the order" in client.get("/cms/").content.decode()
    assert client.post(address(), fields(accent=GREEN)).status_code == 302
    assert BrandSettings.objects.get().accent == GREEN


def test_fonts_fetch_nothing() -> None:
    for font in fonts.FONTS.values():
        assert "url(" not in font.stack
        assert font.stack.endswith(("sans-serif", "serif"))
        assert '"' not in font.in_mails
    assert fonts.font("gone") is fonts.FONTS["system"]
    assert fonts.radius("gone") == 1


@pytest.mark.parametrize("table", ["FONTS", "CORNERS"])
def test_a_table_that_grows_makes_no_migration(table: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    held = getattr(fonts, table)
    monkeypatch.setitem(held, "new", next(iter(held.values())))
    call_command("makemigrations", "--check", "--dry-run", "order_status_plugin", verbosity=0)


def test_a_change_begins_an_epoch_and_open_pages_hear_of_it(django_capture_on_commit_callbacks: Any) -> None:
    heard = []

    def hear(epoch: int, **kwargs: Any) -> None:
        heard.append(epoch)

    signals.content_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            row = brand()
        row.accent = PINK
        with django_capture_on_commit_callbacks(execute=True):
            row.save()
        site = default_site()
        site.site_name = "Renamed"
        with django_capture_on_commit_callbacks(execute=True):
            site.save()
        with django_capture_on_commit_callbacks(execute=True):
            row.delete()
    finally:
        signals.content_changed.disconnect(hear)
    assert heard == [1, 2, 3, 4]


def changes(deed: Any) -> int:
    before = epoch.current()
    deed()
    return epoch.current() - before


def replaced(picture: Any) -> None:
    picture.file = drawn("other.png", colour="red")
    picture.save()


def test_a_new_file_for_a_logo_begins_an_epoch() -> None:
    logo, other = image("logo.png"), image("other.png")
    brand(logo=str(logo.pk))
    assert changes(lambda: replaced(other)) == 0
    assert changes(lambda: image("third.png")) == 0
    assert changes(lambda: replaced(logo)) == 1
    assert changes(logo.delete) >= 1


def test_so_does_one_for_the_picture_of_a_message() -> None:
    picture = image("snow.png")
    one = SpecialMessage(title="Snow", live=True)
    one.extras = json.dumps([{"type": "picture", "value": {"image": picture.pk, "alt_text": "", "decorative": True}}])
    one.locale = one.get_default_locale()
    one.save()
    indexed(one)
    assert changes(lambda: replaced(picture)) == 1


def test_so_does_a_drawing_that_wagtail_throws_away() -> None:
    logo = image("logo.png")
    brand(logo=str(logo.pk))
    before = look_for(None).logo
    assert before is not None
    assert changes(lambda: logo.renditions.first().delete()) == 1


def test_a_new_logo_is_seen_at_once() -> None:
    logo = image("logo.png")
    brand(logo=str(logo.pk))
    before = look_for(None).logo
    replaced(logo)
    logo.renditions.all().delete()
    assert before is not None
    assert look_for(None).logo != before


def test_wagtail_knows_where_a_picture_is_used() -> None:
    logo = image()
    row = brand(logo=str(logo.pk))
    assert [used for used, _ in ReferenceIndex.get_grouped_references_to(logo)] == [row]


def test_a_logo_fits_into_the_head_however_large_its_file() -> None:
    wide, tall, small = image("a.png", size=(2000, 100)), image("b.png", size=(100, 900)), image("c.png", size=(30, 10))
    for picture, size in ((wide, (240, 12)), (tall, (4, 40)), (small, (30, 10))):
        BrandSettings.objects.all().delete()
        brand(logo=str(picture.pk))
        mark = look_for(None).logo
        assert mark is not None
        assert (mark.width, mark.height) == size


def test_a_picture_that_is_gone_is_left_out() -> None:
    logo = image()
    brand(logo=str(logo.pk), social_image="987")
    get_image_model().objects.filter(pk=logo.pk).delete()
    look.forget()
    found = look_for(None)
    assert (found.logo, found.social_image) == (None, None)
    assert found.css


def test_a_file_that_cannot_be_drawn_is_left_out(caplog: Any) -> None:
    logo = image()
    logo.file.storage.delete(logo.file.name)
    brand(logo=str(logo.pk))
    assert look_for(None).logo is None
    assert "cannot be drawn" in caplog.text


def test_colours_that_came_past_the_form_are_left_out(caplog: Any) -> None:
    BrandSettings.objects.create(site=default_site(), accent="#ffff00")
    found = look_for(None)
    assert str(found.light.accent) == "#0b62a8"
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize("address", ["data:text/html;base64,PHNjcmlwdD4=", "javascript:alert(1)", "//evil.example/"])
def test_addresses_that_came_past_the_form_are_left_out(address: str) -> None:
    BrandSettings.objects.create(site=default_site(), help_url=address, contact_url=address)
    assert (look_for(None).own_help_url, look_for(None).contact_url) == ("", "")


def test_a_site_without_a_brand_has_no_stylesheet() -> None:
    brand(other_site())
    found = look_for(None)
    assert (found.css, found.style_url, found.digest) == ("", "", "")
    assert look_for(Site.objects.get(hostname="other.example").pk).css


def test_a_brand_that_only_says_where_to_call_has_none_either() -> None:
    brand(accent="", contact_phone="+351 21 123 4567")
    found = look_for(None)
    assert (found.css, found.phone, found.dial) == ("", "+351 21 123 4567", "+351211234567")


def test_a_brand_costs_no_query_once_it_is_known(django_assert_num_queries: Any) -> None:
    brand(logo=str(image().pk), dark_logo=str(image("b.png").pk), social_image=str(image("c.png").pk))
    number = epoch.current()
    look_for(None, number)
    look.forget()
    with django_assert_num_queries(2):  # site and brand in one, and the pictures
        look_for(None, number)
    with django_assert_num_queries(0):
        look_for(None, number)


def test_what_the_brand_leaves_open_is_what_the_settings_say(settings: Any) -> None:
    settings.ORDER_STATUS = {
        **settings.ORDER_STATUS,
        "HELP_EMAIL": "a@shop.example",
        "HELP_URL": "https://a.example/",
        "SHOP_NAME": "",
    }
    row = brand()
    assert (look_for(None).help_email, look_for(None).help_url) == ("a@shop.example", "https://a.example/")
    row.contact_email, row.help_url = "b@shop.example", "https://b.example/"
    row.save()
    assert (look_for(None).help_email, look_for(None).help_url) == ("b@shop.example", "https://b.example/")
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "SHOP_NAME": "By setting"}
    assert look_for(None).shop == "By setting"


def test_colours_have_one_spelling_in_the_database() -> None:
    assert brand(accent="1F5F3F").accent == GREEN
    with pytest.raises(ValidationError):
        brand(other_site(), accent="red")


def test_every_mail_and_its_plain_twin_say_where_the_shop_is_reached(settings: Any) -> None:
    said = {"contact_url": "https://shop.example/contact/", "contact_email": "us@shop.example"}
    brand(**said, contact_phone="+351 21 123 4567")
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HELP_URL": "/help/"}
    record.observe("outbox", outbox.write_all)
    order = place()
    drain()
    for number, kind in enumerate((notices.Notice.LINKS, notices.Notice.DEVICE), 1):
        notices.owe(order, kind, str(number))
    assert drain() == 2
    assert len(mail.outbox) == 3
    for letter in mail.outbox:
        page = str(letter.alternatives[0][0])
        for text in (letter.body, page):
            assert "https://shop.example/contact/" in text, letter.subject
            assert "http://localhost/help/" in text, "a path of the settings, whole"
            assert "us@shop.example" in text
            assert "+351 21 123 4567" in text
        assert 'href="tel:+351211234567"' in page
