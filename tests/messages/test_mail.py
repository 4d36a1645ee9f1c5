"""The mail as the customer gets it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import override_settings
from django.utils import timezone, translation

from order_status_plugin.access.links import order_url
from order_status_plugin.events import Address, ContactSnapshot, Headline, Milestone, ParcelStatus, Tier
from order_status_plugin.messages.language import language_of
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.render import Rendered, one_line, render
from order_status_plugin.view import samples
from order_status_plugin.view.milestone import build_milestone
from order_status_plugin.view.model import MilestoneView, Moment, OrderView
from order_status_plugin.view.names import first_name

from .shop import place, scan

pytestmark = pytest.mark.django_db

PERSONAL = ContactSnapshot(
    name="Noor de Vries",
    email="noor@example.org",
    phone="+31612345678",
    shipping_address=Address(name="Noor de Vries", lines=("Lindenlaan 14",), postcode="1015 AB", city="Amsterdam"),
    payment_summary="Visa ending in 4242",
)


def letters() -> list[EmailMessage]:
    OutboxMessage.objects.update(due_at=timezone.now())
    drain()
    return [message_from_bytes(letter.message().as_bytes(), policy=policy.default) for letter in mail.outbox]


def parts(letter: EmailMessage) -> tuple[str, str]:
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def view(**more: Any) -> OrderView:
    given: dict[str, Any] = {
        "tier": Tier.PUBLIC,
        "headline": Headline.CONFIRMED,
        "tone": "",
        "word": "Confirmed.",
        "promise": "We are packing your order.",
        "count": "3 items, none sent yet.",
        "rest": "",
        "over": "",
        "rail": (),
        "parcels": (),
        "pending": None,
        "digital": (),
        "private": None,
        "shop": "Tilia & Sal",
        "version": 1,
        "updated": Moment(iso="2026-11-23", day="Mon 23 November"),
        "valid_until": timezone.now(),
        "language": "en",
        "is_rtl": False,
    }
    return OrderView(**(given | more))


def news(
    milestone: Milestone = Milestone.CONFIRMED, subject: str = "Confirmed: your order", **more: Any
) -> MilestoneView:
    return MilestoneView(
        milestone=milestone, subject=subject, word="Confirmed.", sentence="We have it.", order=view(**more)
    )


def rendered(what: MilestoneView, **more: str) -> Any:
    given = {
        "link": "https://shop.example/orders/x/",
        "stop": "https://shop.example/stop/",
        "number": "",
        "first_name": "",
    }
    return render(what, **(given | more))


def test_both_halves_carry_link_number_news_and_a_way_out() -> None:
    order = place(parcels=1, contact=PERSONAL)
    scan(ParcelStatus.OUT_FOR_DELIVERY)
    for letter in letters():
        for half in parts(letter):
            assert order_url(order) in half
            assert "TS-20411" in half
            assert "Hello Noor," in half
            assert "Stoneware bowl" in half
            assert letter["List-Unsubscribe"].strip()[1:-1] in half
    assert [letter["Subject"].partition(":")[0] for letter in letters()] == [
        "Confirmed",
        "On its way",
        "Out for delivery",
    ]


def test_the_headers_are_those_of_a_machine_that_can_be_told_to_stop() -> None:
    place(contact=PERSONAL)
    (letter,) = letters()
    row = OutboxMessage.objects.get()
    assert letter["Message-ID"] == f"<{row.key}@shop.example>"
    assert letter["X-Order-Status"] == "confirmed"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<https?://[^<>\s]+/orders/unsubscribe/[A-Za-z0-9_-]+/>", letter["List-Unsubscribe"].strip())
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_nothing_personal_but_the_first_name() -> None:
    place(parcels=1, contact=PERSONAL)
    scan(ParcelStatus.DELIVERED)
    for letter in letters():
        whole = "".join(parts(letter)) + str(letter["Subject"])
        for secret in ("de Vries", "noor@", "31612345678", "Lindenlaan", "1015 AB", "4242", "1Z999AA1"):
            assert secret not in whole


def test_nothing_comes_from_anybody_elses_server() -> None:
    place(parcels=1)
    for letter in letters():
        html = parts(letter)[1]
        assert not re.findall(r"<(?:img|link|script|iframe|object)\b|@import|url\(", html)
        assert len({re.match(r"https?://[^/]+", url)[0] for url in re.findall(r'href="([^"]+)"', html)}) == 1  # type: ignore[index]


def test_styles_are_inlined_and_what_needs_a_media_query_stays() -> None:
    place()
    html = parts(letters()[0])[1]
    button = re.search(r'<a[^>]+class="button"[^>]*>', html)
    assert button
    assert "background: #0b62a8" in button[0]
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 480px" in html


def test_a_split_order_never_reads_like_a_whole_one() -> None:
    place(parcels=2)
    scan(ParcelStatus.DELIVERED)
    letter = letters()[-1]
    text, html = parts(letter)
    assert letter["Subject"].startswith("Delivered: part of your order")
    for half in (text, html):
        assert "1 of 2 parcels delivered." in half
        assert "1 item not sent yet" in half


def test_the_promise_stands_only_under_its_own_news() -> None:
    assert "We are packing" in rendered(news()).text
    overtaken = rendered(news(headline=Headline.DELIVERED, promise="Sat 21 November."))
    assert "Sat 21 November." not in overtaken.text + overtaken.html


def test_what_a_shop_writes_is_text_in_the_html_half() -> None:
    mail_ = rendered(news(count="<b>5 & 6</b>", shop="<script>"), number="<i>")
    assert "<b>5" not in mail_.html
    assert "<script" not in mail_.html
    assert "&lt;b&gt;5 &amp; 6" in mail_.html
    assert "<b>5 & 6</b>" in mail_.text


@pytest.mark.parametrize("evil", ["a\r\nBcc: x@example.org", "a\nb", "a\u2028b", "a\x00b", "a\tb"])
def test_a_subject_is_one_line(evil: str) -> None:
    assert re.fullmatch(r"a (Bcc: x@example.org|b)", one_line(evil))


def test_a_long_subject_is_cut_at_a_word() -> None:
    cut = one_line("word " * 100)
    assert len(cut) <= 151
    assert cut.endswith("word…")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Noor de Vries", "Noor"),
        ("  Noor ", "Noor"),
        ("Anne-Marie O’Neil", "Anne-Marie"),
        ("نور الهدى", "نور"),
        ("", ""),
        ("http://evil.example you won", ""),
        ("evil.example", ""),
        ("you@evil.example", ""),
        ("4242", ""),
        ("x" * 31, ""),
    ],
)
def test_the_first_name_is_a_name_or_nothing(name: str, said: str) -> None:
    assert first_name(name) == said


def test_without_name_and_number_the_mail_still_reads_well() -> None:
    place(contact=ContactSnapshot(email="noor@example.org", name="https://evil.example"), number="")
    text, html = parts(letters()[0])
    assert "Hello" not in text + html
    assert "Order " not in text.split("Follow your order")[0]
    assert "evil" not in text + html


def test_the_mail_speaks_the_orders_language() -> None:
    place(locale="ar")
    with translation.override("de"):
        (letter,) = letters()
    assert '<html lang="ar" dir="rtl"' in parts(letter)[1]
    assert letter["Content-Language"] == "ar"


@pytest.mark.parametrize(("locale", "language"), [("fr-ca", "fr"), ("", "en"), ("xx", "en"), ("../../etc", "en")])
def test_a_language_that_the_shop_lacks_falls_back(locale: str, language: str) -> None:
    assert language_of(locale) == language


def test_the_sender_is_the_shop() -> None:
    with override_settings(
        DEFAULT_FROM_EMAIL="orders@shop.example", ORDER_STATUS={**settings.ORDER_STATUS, "SHOP_NAME": 'Tilia, "Sal" é'}
    ):
        place()
        (letter,) = letters()
    assert letter["From"].addresses[0].display_name == 'Tilia, "Sal" é'
    assert letter["From"].addresses[0].addr_spec == "orders@shop.example"


def mail_of(milestone: Milestone, language: str) -> Rendered:
    with translation.override(language):
        rows = samples.sample(samples.MAILS[milestone], Tier.PUBLIC, samples.ONE, timezone.now())
        news = build_milestone(rows.order, milestone, rows=rows)
        return render(news, link="https://shop.example/orders/x/", stop="", number="", first_name="Nora")


DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")


def test_a_headline_reads_as_people_write_it_and_says_nothing_twice() -> None:
    delivered = mail_of(Milestone.DELIVERED, "fr")
    assert any(f"Livrée. {day} " in delivered.text for day in DAYS), "a sentence begins with a capital"
    cancelled = mail_of(Milestone.CANCELLED, "fr")
    assert "Annulée." in cancelled.text
    for text in (cancelled.text, re.sub(r'<div class="preheader".*?</div>', "", cancelled.html, flags=re.DOTALL)):
        assert text.count("ien ne sera expédié") == 1
    pickup = mail_of(Milestone.READY_FOR_PICKUP, "en")
    assert "Ready for pickup until" in pickup.html
    assert "Ready for pickup." not in pickup.text.partition("Hello")[0]
