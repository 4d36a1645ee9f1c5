"""The page of an order and a message, translated segment by segment with wagtail-localize."""

from __future__ import annotations

import datetime as dt
import json
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, TestCase
from django.utils import timezone
from wagtail.models import Locale, Site
from wagtail_localize.models import Translation

from order_status_plugin.access.links import order_path
from order_status_plugin.cms import schedule
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.tracking.models import Order
from tests.access.orders import let_in, placed

FRENCH = {
    "Where is my order?": "Où est ma commande ?",
    "The number stands in our mail.": "Le numéro figure dans notre e-mail.",
    "Good news": "Bonnes nouvelles",
    "Hello {{ first_name }}, <b>thank you</b>.": "Bonjour {{ first_name }}, <b>merci</b>.",
    'Read <a id="a1">our terms</a>.': 'Lisez <a id="a1">nos conditions</a>.',
    "Good to know": "Bon à savoir",
    "Can I change it?": "Puis-je la modifier ?",
    "Until it is sent.": "Jusqu’à l’envoi.",
    "Contact us": "Contactez-nous",
    "Monday to Friday": "Du lundi au vendredi",
    "my-order": "ma-commande",
    "We close for Christmas": "Nous fermons à Noël",
    "Nothing leaves our studio.": "Rien ne quitte l’atelier.",
    "All hours": "Tous les horaires",
}
MESSAGE = {"We close for Christmas", "Nothing leaves our studio.", "All hours"}


@pytest.fixture
def french(db: None) -> Locale:
    return Locale.objects.get_or_create(language_code="fr")[0]


@pytest.fixture
def editor(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ada", "ada@shop.example", "secret"))
    return client


@pytest.fixture
def page(db: None) -> OrderStatusPage:
    """An order's page with words at every depth, and conditions that are no words."""
    home = Site.objects.get(is_default_site=True).root_page
    page = OrderStatusPage(title="Where is my order?", slug="my-order", locale=home.locale)
    words = '<p>Hello {{ first_name }}, <b>thank you</b>.</p><p>Read <a href="https://shop.example/terms/">our terms</a>.</p>'
    question = {"question": "Can I change it?", "answer": "<p>Until it is sent.</p>"}
    audience = {
        "stages": ["confirmed"],
        "tags": [{"type": "item", "id": "t1", "value": "gift"}],
        "shipping_methods": [],
    }
    questions = {"title": "Good to know", "questions": [{"type": "item", "id": "q1", "value": question}]}
    page.body = json.dumps([{"type": "text", "id": "b1", "value": {"text": "<p>The number stands in our mail.</p>"}}])
    page.layout = json.dumps(
        [
            {"type": "steps", "id": "l1", "value": {}},
            {"type": "heading", "id": "l2", "value": {"text": "Good news", "audience": audience}},
            {"type": "text", "id": "l3", "value": {"text": words}},
            {"type": "questions", "id": "l4", "value": questions},
            {"type": "contact", "id": "l5", "value": {"title": "Contact us", "hours": "Monday to Friday"}},
        ]
    )
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


def post(editor: Client, address: str, data: dict[str, Any]) -> None:
    """Send a form as the admin does; wagtail-localize publishes after the commit."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = editor.post(address, data)
    assert answer.status_code == 302, answer.content.decode()


def submit(editor: Client, address: str, locale: Locale) -> None:
    post(editor, f"/cms/localize/submit/{address}/", {"locales": [locale.pk]})


def submitted(instance: Any) -> Translation:
    return Translation.objects.get(source__object__translation_key=instance.translation_key)


def segments(translation: Translation) -> dict[str, int]:
    """Return what translators are asked for, by its words."""
    return dict(translation.source.stringsegment_set.values_list("string__data", "pk"))


def translate(editor: Client, translation: Translation, edit: str, **more: str) -> None:
    """Write every segment as the editor of translations does, and publish."""
    for words, pk in segments(translation).items():
        answer = editor.put(
            f"/cms/localize/translate/{translation.pk}/strings/{pk}/edit/",
            urlencode({"value": (FRENCH | more)[words]}),
            content_type="application/x-www-form-urlencoded",
        )
        assert answer.status_code in (200, 201), answer.content.decode()
    assert editor.get(edit).status_code == 200
    post(editor, edit, {"action": "publish"})


def update(editor: Client, translation: Translation) -> None:
    """Tell the translation that its source has changed; what was translated stays."""
    post(editor, f"/cms/localize/update/{translation.source_id}/", {"publish_translations": "on"})


def of_page(page: OrderStatusPage, french: Locale) -> str:
    return f"/cms/pages/{page.get_translation(french).pk}/edit/"


def seen(order: Order) -> str:
    """Return the page as its identified customer sees it."""
    client = Client()
    client.cookies.load(let_in(order))
    return unescape(client.get(order_path(order), secure=True).content.decode())


def test_every_word_of_the_page_is_a_segment_and_no_condition_is(
    editor: Client, page: OrderStatusPage, french: Locale
) -> None:
    submit(editor, f"page/{page.pk}", french)
    translation = submitted(page)
    assert segments(translation).keys() == FRENCH.keys() - MESSAGE
    overridable = translation.source.overridablesegment_set.values_list("data_json", flat=True)
    assert list(overridable) == ['"https://shop.example/terms/"']


def test_customers_of_the_locale_read_the_translated_page(
    editor: Client, page: OrderStatusPage, french: Locale
) -> None:
    orders = {code: placed(f"TS-{code}", locale=code, tags=("gift",)) for code in ("en", "fr")}
    submit(editor, f"page/{page.pk}", french)
    translation = submitted(page)
    # Nothing is translated yet: the copy says what the original says.
    assert "Good news" in seen(orders["fr"])
    preview = editor.get(f"/cms/localize/translate/{translation.pk}/preview/delivered/")
    assert 'data-order-status="delivered"' in preview.content.decode()
    translate(editor, translation, of_page(page, french))
    html = seen(orders["fr"])
    for words in ("Bonnes nouvelles", "Bonjour Nora, <b>merci</b>.", ">nos conditions</a>", "Bon à savoir"):
        assert words in html
    for words in ("Puis-je la modifier ?", "Jusqu’à l’envoi.", "Contactez-nous", "Du lundi au vendredi"):
        assert words in html
    assert 'href="https://shop.example/terms/"' in html
    assert "Good news" in seen(orders["en"])
    assert "Bonnes nouvelles" not in seen(placed("TS-3", locale="fr")), "for orders tagged as a gift, in French too"


def test_a_change_of_the_page_reaches_its_translation_and_keeps_what_was_translated(
    editor: Client, page: OrderStatusPage, french: Locale
) -> None:
    order = placed(locale="fr", tags=("gift",))
    submit(editor, f"page/{page.pk}", french)
    translation = submitted(page)
    translate(editor, translation, of_page(page, french))
    page = OrderStatusPage.objects.get(pk=page.pk)
    raw = list(page.layout.raw_data)
    raw[1]["value"]["audience"] = {"stages": ["delivered"]}
    raw.append({"type": "heading", "id": "l6", "value": {"text": "Made in Porto"}})
    page.layout = json.dumps([raw[3], *raw[:3], *raw[4:]])
    page.save_revision().publish()
    update(editor, translation)
    html = seen(order)
    assert "Made in Porto" in html, "what is not translated yet is shown as it was written"
    assert "Bonnes nouvelles" not in html, "conditions follow the original"
    assert html.index("Bon à savoir") < html.index("Bonjour Nora"), "so does the order of blocks"
    translate(editor, translation, of_page(page, french), **{"Made in Porto": "Fait à Porto"})
    assert "Fait à Porto" in seen(order)


def written(**more: Any) -> SpecialMessage:
    message = SpecialMessage(
        title="We close for Christmas",
        text="<p>Nothing leaves our studio.</p>",
        locale=Locale.get_default(),
        live=False,
        **more,
    )
    message.extras = [("button", {"label": "All hours", "page": None, "url": "https://shop.example/hours/"})]
    message.save()
    message.save_revision().publish()
    return message


def of_message(message: SpecialMessage, french: Locale) -> str:
    return f"/cms/snippets/order_status_plugin/specialmessage/edit/{message.get_translation(french).pk}/"


def test_customers_of_the_locale_read_the_translated_message(editor: Client, french: Locale) -> None:
    message = written(audience={"stages": ["confirmed"], "tags": ["gift"]})
    submit(editor, f"snippet/order_status_plugin/specialmessage/{message.pk}", french)
    translation = submitted(message)
    assert segments(translation).keys() == MESSAGE
    translate(editor, translation, of_message(message, french))
    order, other = placed(locale="fr", tags=("gift",)), placed("TS-2", locale="fr")
    html = seen(order)
    for words in MESSAGE:
        assert FRENCH[words] in html
        assert words not in html
    assert FRENCH["All hours"] not in seen(other)
    message = SpecialMessage.objects.get(pk=message.pk)
    message.audience = {}
    message.save_revision().publish()
    update(editor, translation)
    assert FRENCH["All hours"] in seen(other), "for whom it is follows the original"


def test_the_translation_of_a_scheduled_message_waits_for_its_time(
    editor: Client, french: Locale, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = placed(locale="fr")
    later = timezone.now() + dt.timedelta(hours=1)
    message = written(go_live_at=later)
    submit(editor, f"snippet/order_status_plugin/specialmessage/{message.pk}", french)
    translate(editor, submitted(message), of_message(message, french))
    assert schedule.run() == 0
    assert FRENCH["All hours"] not in seen(order)
    monkeypatch.setattr(timezone, "now", lambda: later + dt.timedelta(seconds=1))
    assert schedule.run() == 2
    assert FRENCH["All hours"] in seen(order)
