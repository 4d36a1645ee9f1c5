"""A note to the customer: who sees it, when, and what is kept of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin import signals
from order_status_plugin.access.links import order_path
from order_status_plugin.cms.models import OrderNote, OrderNoteEdit
from order_status_plugin.cms.rich_text import clean
from order_status_plugin.cms.writing import CannotWrite, change, withdraw, write
from order_status_plugin.messages import relay
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.page.models import KeptPage
from order_status_plugin.tracking import record, tell
from order_status_plugin.tracking.models import Order
from tests import orders
from tests.access.orders import let_in, placed

SECRET = "<p>The blue bowl is <b>out of stock</b>.</p>"


def public(order: Order) -> str:
    return Client().get(order_path(order), secure=True).content.decode()


def private(order: Order) -> str:
    client = Client()
    client.cookies.load(let_in(order))
    return client.get(order_path(order), secure=True).content.decode()


@pytest.mark.django_db
def test_a_note_is_the_customers_alone_unless_its_author_says_otherwise() -> None:
    order = placed()
    assert 'id="notes"' not in private(order)
    note = write(order, SECRET, author="kim")
    assert SECRET in private(order)
    assert "out of stock" not in public(order)
    assert 'id="notes"' not in public(order), "nor that there is one"
    change(note, SECRET, author="kim", is_public=True)
    assert SECRET in public(order)
    change(note, SECRET, author="kim", is_public=False)
    assert "out of stock" not in public(order)
    assert not any("out of stock" in page.html for page in KeptPage.objects.all())


@pytest.mark.django_db
def test_a_kept_page_and_open_pages_hear_of_every_step(django_capture_on_commit_callbacks: Any) -> None:
    order, heard = placed(), []

    def changed(version: int, **kwargs: Any) -> None:
        heard.append(version)

    signals.order_changed.connect(changed)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            note = write(order, "<p>first words</p>", author="kim", is_public=True)
            assert "first words" in public(order)
            change(note, "<p>second words</p>", author="sam", is_public=True)
            assert "second words" in public(order)
            assert "first words" not in public(order)
            withdraw(note, author="sam")
            assert "words</p>" not in public(order)
    finally:
        signals.order_changed.disconnect(changed)
    assert heard == [order.version + 1, order.version + 2, order.version + 3]


@pytest.mark.django_db
def test_who_changed_what_and_when_is_kept() -> None:
    order = placed()
    note = write(order, "<p>one</p>", author="kim", is_told=True)
    change(note, "<p>two</p>", author="sam", is_public=True)
    change(note, "<p>two</p>", author="sam", is_public=True)  # nothing new
    withdraw(note, author="kim")
    edits = OrderNoteEdit.objects.values_list("action", "author", "text", "is_public", "is_told")
    assert list(edits) == [
        ("written", "kim", "<p>one</p>", False, True),
        ("changed", "sam", "<p>two</p>", True, False),
        ("withdrawn", "kim", "<p>two</p>", True, False),
    ]
    with pytest.raises(CannotWrite, match="withdrawn"):
        change(note, "<p>three</p>", author="sam", is_public=True)


@pytest.mark.django_db
def test_an_erased_order_takes_no_note() -> None:
    order = placed()
    Order.objects.update(erased_at=timezone.now())
    with pytest.raises(CannotWrite, match="erased"):
        write(order, SECRET, author="kim")
    assert not OrderNote.objects.exists()


@pytest.mark.django_db
def test_the_customer_is_told_once_by_mail_and_the_mail_does_not_say_what(mailoutbox: list[Any]) -> None:
    order = record.order("shop", orders.snapshot())
    OutboxMessage.objects.all().delete()
    write(order, "<p>not told</p>", author="kim")
    assert not OutboxMessage.objects.exists()
    note = write(order, SECRET, author="kim", is_told=True)
    row = OutboxMessage.objects.get()
    assert (row.milestone, row.subject) == ("note", f"note:{note.pk}")
    relay.drain()
    (mail,) = mailoutbox
    said = f"{mail.subject} {mail.body} {mail.alternatives[0][0]}"
    assert mail.extra_headers["X-Order-Status"] == "note"
    assert order_path(order) in said
    assert "Only you can read it" in said
    assert "out of stock" not in said


@pytest.mark.django_db
def test_a_note_that_was_withdrawn_is_not_told(mailoutbox: list[Any]) -> None:
    order = record.order("shop", orders.snapshot())
    OutboxMessage.objects.all().delete()
    withdraw(write(order, SECRET, author="kim", is_told=True), author="kim")
    relay.drain()
    assert mailoutbox == []
    assert OutboxMessage.objects.get().state == "held"


@pytest.mark.django_db
def test_a_mail_that_cannot_be_written_down_takes_the_note_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(reached: Any) -> None:
        raise RuntimeError("boom")

    order = placed()
    monkeypatch.setitem(tell.observers, "outbox", broken)
    with pytest.raises(RuntimeError):
        write(order, SECRET, author="kim", is_told=True)
    assert not OrderNote.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("tier", ["public", "private"])
def test_notes_cost_one_query_however_many_there_are(tier: str) -> None:
    order, counts = placed(), []
    Client().get(order_path(order), secure=True)  # what a process reads once an epoch is read
    for _ in range(3):
        client = Client()
        if tier == "private":
            client.cookies.load(let_in(order))
        KeptPage.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            client.get(order_path(order), secure=True)
        counts.append(len(queries))
        for n in range(4):
            write(order, f"<p>{n}</p>", author="kim", is_public=bool(n % 2))
    assert len(set(counts)) == 1
    assert counts[0] <= (12 if tier == "public" else 13)


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<![CDATA[ ><img src=x onerror=alert(1)>]]>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!DOCTYPE x ><p onclick=alert(1)>words</p>",
    "<?x ><b onmouseover=alert(1)>words</b>",
    '<a href="javascript:alert(1)">words</a>',
    '<a href="jav\tascript:alert(1)">words</a>',
    '<a href="data:text/html,<script>alert(1)</script>">words</a>',
    '<p style="position:fixed">words</p>',
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<form action="/orders/"><input name="number"><button>words</button></form>',
    '<a linktype="page" id="999999">words</a>',
]


@pytest.mark.django_db
@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_runs_fetches_or_styles_is_kept(html: str) -> None:
    kept = clean(html)
    for mark in ("<script", "<img", "<svg", "<style", "<iframe", "<form", "<input", "<!", "<?", "style=", "javascript:", "data:"):  # fmt: skip
        assert mark not in kept.replace("\t", "").lower()
    assert " on" not in kept.replace("onerror=alert(1)&gt;", "")
    assert clean(kept) == kept


@given(
    st.lists(
        st.sampled_from([*HOSTILE[:3], "<p>", "</p>", "<b>", "<", ">", "&", '"', "'", "<!", "]]>", "a", " ", "<li>"])
    )
)
def test_cleaning_what_is_clean_changes_nothing(parts: list[str]) -> None:
    kept = clean("".join(parts))
    assert clean(kept) == kept
