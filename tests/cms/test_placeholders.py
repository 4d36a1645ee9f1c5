"""Placeholders are filled, and nothing else ever happens to editors' words: no template runs, no value is markup."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from wagtail.blocks.struct_block import StructBlockValidationError

from order_status_plugin.access.links import order_path, order_url
from order_status_plugin.cms.blocks import HeadingBlock, TextBlock
from order_status_plugin.cms.contact import ContactBlock
from order_status_plugin.cms.feedback import FeedbackBlock
from order_status_plugin.cms.offers import RecommendationsBlock, ReorderBlock
from order_status_plugin.cms.placeholders import PLACEHOLDERS, fill_html, fill_text, is_filled, refuse_unknown
from order_status_plugin.events import LineSnapshot, Recommendation, Tier
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.tracking import record
from order_status_plugin.view.build import build
from tests.access.orders import let_in, placed, snapshot

from .test_layout import lay_out, shown, text

names = st.sampled_from([*PLACEHOLDERS])
spelled = names.map(lambda name: f"{{{{ {name} }}}}")
pieces = st.one_of(
    st.text(max_size=12), spelled, st.sampled_from(["{{", "}}", "{% now 'Y' %}", "{{ 7|add:7 }}", "<b>"])
)
texts = st.lists(pieces, max_size=8).map("".join)
values = st.dictionaries(
    names, st.one_of(texts, st.sampled_from(["<script>alert(1)</script>", '" onclick="x', "&amp;"]))
)


@given(texts, values)
def test_a_value_is_never_markup_and_never_filled_again(words: str, given_: dict[str, str]) -> None:
    filled = fill_html(html.escape(words), given_)
    tags = set(re.findall(r"<[^>]*>", filled)) - {"</a>"}
    assert all(tag.startswith('<a href="') and tag.count('"') == 2 for tag in tags)
    assert fill_html(filled, dict.fromkeys(PLACEHOLDERS, "AGAIN")) == filled
    once = fill_text(words, given_)
    assert fill_text(once, dict.fromkeys(PLACEHOLDERS, "AGAIN")) == once


@given(st.text(), values)
def test_words_without_a_placeholder_stay_as_they_are(words: str, given_: dict[str, str]) -> None:
    if not is_filled(words):
        assert fill_text(words, given_) == words
        assert fill_html(words, given_) == words


@given(names, texts)
def test_what_is_filled_reads_as_the_value(name: str, value: str) -> None:
    if value:
        said = html.unescape(re.sub(r"</?a\b[^>]*>", "", fill_html(f"<p>{{{{ {name} }}}}</p>", {name: value})))
        assert said == f"<p>{value}</p>"


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_who_may_not_see_it_reads_a_word(name: str) -> None:
    row = PLACEHOLDERS[name]
    assert all(map(str, (row.instead, row.label, row.example)))
    assert fill_text(f"- {row.spelled} -", {}) == f"- {row.instead} -"


def test_no_attribute_is_filled_and_no_link_stands_in_a_link() -> None:
    known = {"link": "https://shop.example/orders/x/", "first_name": "Nora"}
    assert fill_html('<a href="/?{{ first_name }}">{{ link }}</a>', known) == (
        '<a href="/?{{ first_name }}">https://shop.example/orders/x/</a>'
    )
    assert fill_html("<p>{{ link }}</p>", known).startswith('<p><a href="https://shop.example/orders/x/">')


@given(texts)
def test_whatever_is_accepted_has_no_braces_left(words: str) -> None:
    try:
        refuse_unknown(words)
    except ValidationError:
        assert "{{" in words or "}}" in words
    else:
        assert "{{" not in fill_text(words, {})
        assert "}}" not in fill_text(words, {})


@pytest.mark.parametrize(
    ("words", "is_html", "expected"),
    [
        ("Hello {{ frist_name }}!", False, "There is no placeholder “frist_name”, at “Hello »{{ frist_name }}« !”. Did you mean {{ first_name }}?"),
        ("{{ First Name }}", False, "Did you mean {{ first_name }}?"),
        ("{{ 7|add:7 }}", False, "Choose one from the list under the field."),
        ("Hello {{ first_name", False, "without its other half"),
        ("<p>{{ <b>first</b>_name }}</p>", True, "Format all of a placeholder or nothing of it"),
        ('<p><a href="https://x.example/{{ link }}">x</a></p>', True, "cannot stand in the address of a link"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused_with_its_place(words: str, is_html: bool, expected: str) -> None:
    with pytest.raises(ValidationError) as refused:
        refuse_unknown(words, is_html=is_html)
    assert expected in " ".join(refused.value.messages)


@pytest.mark.parametrize(("block", "words"), [(HeadingBlock(), "{{ nobody }}"), (TextBlock(), "<p>{{ nobody }}</p>")])
def test_the_block_that_is_wrong_is_marked(block: Any, words: str) -> None:
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(block.to_python({"text": words, "audience": {}}))
    assert list(refused.value.block_errors) == ["text"]


@pytest.mark.django_db
def test_each_tier_reads_its_own() -> None:
    order = placed(country="PT")
    lay_out(
        text("Hello {{ first_name }}: order {{ order_number }} from {{ shop_name }} to {{ destination_country }}"),
        {"type": "heading", "value": {"text": "{{ status }}, {{ items_count }} items. {{ link }}"}},
    )
    public = shown(order)
    assert "Hello dear customer: order (see your confirmation) from Tilia &amp; Sal to Portugal" in public
    assert "Confirmed, 2 items." in public
    assert order_url(order).split("//")[1].split("/", 1)[1] in public
    client = Client()
    client.cookies.load(let_in(order))
    assert "Hello Nora: order TS-20418 from" in client.get(order_path(order), secure=True).content.decode()
    assert "TS-20418" not in shown(order), "the kept page"


LINES = [
    (ContactBlock(), "title"),
    (ContactBlock(), "hours"),
    (FeedbackBlock(), "title"),
    (ReorderBlock(), "title"),
    (ReorderBlock(), "button"),
    (RecommendationsBlock(), "title"),
]


@pytest.mark.parametrize(("block", "field"), LINES)
def test_every_line_of_the_shops_words_has_the_picker_and_refuses_what_is_none(block: Any, field: str) -> None:
    assert "order-placeholder" in block.child_blocks[field].field.widget.attrs["data-controller"]
    given_ = {name: child.get_default() for name, child in block.child_blocks.items()}
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(block.to_python({**given_, field: "{{ nobody }}", "audience": {}}))
    assert list(refused.value.block_errors) == [field]


@pytest.mark.django_db
def test_every_line_is_filled_but_nothing_that_others_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [Recommendation(title="{{ order_number }}", url="/jug/")]
    monkeypatch.setattr(DemoHost, "recommendations", lambda self, *args: said)
    monkeypatch.setattr(DemoHost, "reorder_url", lambda self, *args: "/again/")
    order = placed()
    words: dict[str, dict[str, Any]] = {}
    for number, (block, field) in enumerate(LINES):
        name = type(block).__name__.removesuffix("Block").casefold()
        words.setdefault(name, {"most": 3})[field] = f"{number}: {{{{ first_name }}}} at {{{{ link }}}}"
    lay_out(*({"type": name, "value": value} for name, value in words.items()))
    client = Client()
    client.cookies.load(let_in(order))
    made, kept = (client.get(order_path(order), secure=True).content.decode() for _time in range(2))
    for page in (made, kept):
        for number in range(len(LINES)):
            assert f"{number}: Nora at https://testserver{order_path(order)}" in page
    public = shown(order)
    assert "0: dear customer at https://testserver" in public
    assert "Nora" not in public
    for page in (made, kept, public):
        assert "{{ order_number }}" in page, "the title of a product"


@pytest.mark.django_db
def test_the_public_view_has_no_private_value() -> None:
    order = placed(country="PT", tags=("{{ link }}",))
    for name in build(order, Tier.PUBLIC).fillings:
        assert PLACEHOLDERS[name].tier is Tier.PUBLIC
    assert {"first_name", "order_number"} <= set(build(order, Tier.PRIVATE).fillings)


@pytest.mark.django_db
def test_an_order_cannot_spell_one(client: Client) -> None:
    lines = (LineSnapshot(reference="1", title="{{ order_number }}", quantity=1),)
    snap = snapshot("TS-9", shipping_method="{{ order_number }}")
    order = record.order("shop", dataclasses.replace(snap, lines=lines), is_import=True)
    lay_out({"type": "pending", "value": {}}, text("By {{ shipping_method }}"))
    html_ = shown(order)
    assert "{{ order_number }}" in html_, "the title of the item"
    assert "By &#123;&#123; order_number &#125;&#125;" in html_


@pytest.mark.django_db
def test_above_the_form_there_is_no_order_yet(client: Client) -> None:
    page = lay_out()
    page.body = json.dumps([{"type": "text", "value": {"text": "<p>{{ shop_name }}, {{ first_name }}</p>"}}])
    page.save_revision().publish()
    assert "Tilia &amp; Sal, dear customer" in client.get("/my-order/").content.decode()
