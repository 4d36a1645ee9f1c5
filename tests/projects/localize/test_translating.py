"""The page of an order and a message, translated segment by segment with wagtail-localize."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Locale, Site
from wagtail_localize.models import String, StringTranslation, Translation, TranslationContext, TranslationSource

from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.tracking.models import Order
from tests.access.orders import let_in, placed
from tests.cms.test_layout import shown

FRENCH = {
    "Where is my order?": "Où est ma commande ?",
    "The number stands in our mail.": "Le numéro figure dans notre e-mail.",
    "Good news": "Bonnes nouvelles",
    "Hello {{ first_name }}, <b>thank you</b>.": "Bonjour {{ first_name }}, <b>merci</b>.",
    "Read <a id=\"a1\">our terms</a>.": "Lisez <a id=\"a1\">nos conditions</a>.",
    "Good to know": "Bon à savoir",
    "Can I change it?": "Puis-je la modifier ?",
    "Until it is sent.": "Jusqu’à l’envoi.",
    "Contact us": "Contactez-nous",
    "Monday to Friday": "Du lundi au vendredi",
    "We close for Christmas": "Nous fermons à Noël",
    "Nothing leaves our studio.": "Rien ne quitte l’atelier.",
    "All hours": "Tous les horaires",
}


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
    words = "<p>Hello {{ first_name }}, <b>thank you</b>.</p><p>Read <a href=\"https://shop.example/terms/\">our terms</a>.</p>"
    question = {"question": "Can I change it?", "answer": "<p>Until it is sent.</p>"}
    audience = {"stages": ["confirmed"], "tags": [{"type": "item", "id": "t1", "value": "gift"}], "shipping_methods": []}
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


def submit(editor: Client, address: str, locale: Locale) -> None:
    answer = editor.post(f"/cms/localize/submit/{address}/", {"locales": [locale.pk]})
    assert answer.status_code == 302, answer.content.decode()


def segments(translation: Translation) -> dict[str, tuple[Any, str]]:
    """Return what wagtail-localize asks to be translated: string and context by its words."""
    found = translation.source.stringsegment_set.select_related("string", "context")
    return {segment.string.data: (segment.string, segment.context) for segment in found}


def write(translation: Translation, words: dict[str, str]) -> None:
    for text, (string, context) in segments(translation).items():
        StringTranslation.objects.update_or_create(
            translation_of=string,
            locale=translation.target_locale,
            context=context,
            defaults={"data": words[text], "translation_type": StringTranslation.TRANSLATION_TYPE_MANUAL},
        )


def submitted(instance: Any) -> Translation:
    return Translation.objects.get(source__object__translation_key=instance.translation_key)


def test_every_word_of_the_page_is_a_segment_and_no_condition_is(
    editor: Client, page: OrderStatusPage, french: Locale
) -> None:
    submit(editor, f"page/{page.pk}", french)
    print(segments(submitted(page)).keys())
    print([o.data_json for o in submitted(page).source.overridablesegment_set.all()])


def test_customers_of_the_locale_read_the_translated_page(
    editor: Client, page: OrderStatusPage, french: Locale
) -> None:
    submit(editor, f"page/{page.pk}", french)
    translation = submitted(page)
    write(translation, FRENCH)
    edit = f"/cms/pages/{page.get_translation(french).pk}/edit/"
    assert editor.get(edit).status_code == 200
    answer = editor.post(edit, {"action": "publish"})
    assert answer.status_code == 302
    order = placed(locale="fr", tags=("gift",))
    html = shown(order, let_in(order))
    print(html)
