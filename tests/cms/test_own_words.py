"""Questions that unfold, and the contact card: on the page of an order, and above the look-up form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from order_status_plugin.cms.contact import ContactBlock
from order_status_plugin.cms.questions import QuestionsBlock
from tests.access.orders import placed

from .test_layout import lay_out, shown

pytestmark = pytest.mark.django_db


def questions(*pairs: tuple[str, str], title: str = "Good to know") -> dict[str, Any]:
    rows = [
        {"type": "item", "id": f"q{n}", "value": {"question": question, "answer": answer}}
        for n, (question, answer) in enumerate(pairs)
    ]
    return {"type": "questions", "value": {"title": title, "questions": rows}}


def contact(**fields: str) -> dict[str, Any]:
    return {"type": "contact", "value": {"title": "Contact us", **fields}}


def test_each_answer_unfolds_under_its_question() -> None:
    order = placed()
    lay_out(questions(("Can I change my address?", "<p>Until it is <b>sent</b>.</p>"), ("Who pays?", "<p>You.</p>")))
    html = shown(order)
    assert html.index("Good to know") < html.index("Can I change my address?") < html.index("Who pays?")
    # Its name is stable, so that an update of the page leaves it open.
    fold = html.split('<details class="os-short" id="question-q0">')[1].split("</details>")[0]
    assert "<h3>Can I change my address?</h3></summary>" in fold
    assert "Until it is <b>sent</b>." in fold
    assert 'id="question-q1"' in html


def test_questions_and_answers_take_placeholders_and_nothing_else() -> None:
    order = placed()
    lay_out(questions(("Where is my order at {{ shop_name }}?", "<p>It is {{ status }}.</p>")))
    html = shown(order)
    assert "{{" not in html
    block = QuestionsBlock()
    value = block.to_python({"title": "x", "questions": [{"question": "{{ nonsense }}", "answer": "<p>a</p>"}]})
    with pytest.raises(ValidationError):
        block.clean(value)
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"title": "x", "questions": []}))


def test_hostile_questions_stay_words() -> None:
    order = placed()
    lay_out(questions(("<script>alert(1)</script>", "<p onclick='x()'>a<script>alert(2)</script></p>")))
    html = shown(order)
    assert "<script>alert" not in html
    assert "onclick" not in html


def test_the_card_has_what_the_settings_and_the_editor_say(settings: Any) -> None:
    settings.ORDER_STATUS = {
        **settings.ORDER_STATUS,
        "HELP_EMAIL": "hello@shop.example",
        "HELP_URL": "https://shop.example/help/",
    }
    order = placed()
    lay_out(contact(phone="+351 (21) 123-4567", hours="Monday to Friday\n9:00 to <17:00>"))
    html = shown(order)
    assert '<a href="tel:+351211234567" dir="ltr">+351 (21) 123-4567</a>' in html
    assert '<a href="mailto:hello@shop.example">hello@shop.example</a>' in html
    assert "Monday to Friday<br>9:00 to &lt;17:00&gt;" in html
    assert 'href="https://shop.example/help/"' in html


def test_a_card_that_says_nothing_is_not_shown(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HELP_EMAIL": "", "HELP_URL": ""}
    order = placed()
    lay_out(contact())
    html = shown(order)
    assert "Contact us" not in html
    assert "<aside" not in html


@pytest.mark.parametrize("phone", ["call us", "javascript:alert(1)", "12", "+351 21 123 4567; ext", "1" * 40])
def test_a_phone_number_is_one(phone: str) -> None:
    block = ContactBlock()
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"title": "x", "phone": phone}))


def test_both_stand_above_the_look_up_form(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HELP_EMAIL": "hello@shop.example"}
    page = lay_out()
    page.body = json.dumps([questions(("Do I need an account?", "<p>No.</p>")), contact(phone="+351 21 123 4567")])
    page.save_revision().publish()
    html = Client().get(page.get_url()).content.decode()
    assert html.index("Do I need an account?") < html.index("tel:+351211234567") < html.index("<form")
    assert "mailto:hello@shop.example" in html


def test_neither_asks_the_database(django_assert_max_num_queries: Any) -> None:
    lay_out(questions(*((f"{n}?", "<p>Yes.</p>") for n in range(20))), contact(phone="+351 21 123 4567"))
    shown(placed())  # which reads the layout
    order = placed("TS-2")
    with django_assert_max_num_queries(12):
        assert "19?" in shown(order)
