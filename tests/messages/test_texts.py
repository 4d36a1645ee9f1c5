"""The shop's own words in messages: refused where they cannot be sent, and in the customer's language where they can."""

from __future__ import annotations

import dataclasses
import json
import re
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Locale, Site

from order_status_plugin.access import limits
from order_status_plugin.access.links import order_url
from order_status_plugin.access.models import AuditEntry
from order_status_plugin.channels import segments
from order_status_plugin.channels.base import Message
from order_status_plugin.channels.email import EmailChannel
from order_status_plugin.cms import epoch, schedule
from order_status_plugin.cms.placeholders import PLACEHOLDERS
from order_status_plugin.cms.texts import MessageText
from order_status_plugin.cms.told import texts_for
from order_status_plugin.events import Address, ContactSnapshot, Medium, Milestone, ParcelStatus, Tier
from order_status_plugin.messages.markup import markup
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.render import render
from order_status_plugin.messages.stop import stop_token
from order_status_plugin.view import samples
from order_status_plugin.view.milestone import build_milestone
from order_status_plugin.view.model import OwnWordsView

from .provider import Answers, by
from .shop import place, scan
from .test_mail import news as bare

pytestmark = pytest.mark.django_db

LINK = f"https://www.tilia-and-sal.example/orders/{'A' * 43}/"
PERSONAL = ContactSnapshot(
    name="Noor de Vries",
    email="noor@example.org",
    phone="+31612345678",
    shipping_address=Address(
        name="Noor de Vries", lines=("Lindenlaan 14",), postcode="1015 AB", city="Amsterdam", country="NL"
    ),
)


class Texts(Answers):
    """A channel of text messages."""

    medium = Medium.SMS

    def recipient(self, contact: ContactSnapshot) -> str:
        return contact.phone


class Pushes(Texts):
    medium = Medium.PUSH


def text(milestone: str = "shipped", medium: str = "mail", language: str = "en", **more: Any) -> MessageText:
    locale, _ = Locale.objects.get_or_create(language_code=language)
    return MessageText(milestone=milestone, medium=medium, locale=locale, **more)


def written(*args: Any, **more: Any) -> MessageText:
    row = text(*args, **more)
    row.full_clean()
    row.save()
    return row


def problems(row: MessageText) -> dict[str, list[str]]:
    try:
        row.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


def news(medium: Medium, milestone: Milestone = Milestone.SHIPPED, **known: str) -> Any:
    rows = samples.sample(samples.MAILS[milestone], Tier.PUBLIC, samples.ONE, timezone.now())
    return build_milestone(rows.order, milestone, rows=rows, medium=medium, known={"link": LINK, **known})


def said(medium: Medium, milestone: Milestone = Milestone.SHIPPED, **more: Any) -> Any:
    known = {"first_name": "Nora", "order_number": "TS-20418"}
    given = {"link": LINK, "stop": "https://shop.example/stop/", "number": "TS-20418", "first_name": "Nora"}
    return render(news(medium, milestone, **known), medium=medium, **{**given, **more})


def letters() -> list[EmailMessage]:
    OutboxMessage.objects.update(due_at=timezone.now())
    drain()
    return [message_from_bytes(letter.message().as_bytes(), policy=policy.default) for letter in mail.outbox]


def halves(letter: EmailMessage) -> list[str]:
    found = [letter.get_body((kind,)) for kind in ("plain", "html")]
    return [half.get_content() for half in found if half is not None]


# --- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"medium": "sms", "text": "Your parcel left."}, "text", "put {{ link }} into it"),
        ({"medium": "sms"}, "text", "Write the text"),
        ({"medium": "sms", "text": "{{ link }}", "subject": "Hello"}, "subject", "leave it empty"),
        ({"medium": "sms", "text": "{{ first_name }}: {{ link }}"}, "text", "»{{ first_name }}«"),
        ({"medium": "push", "text": "To {{ destination_city }}"}, "text", "may be read on a locked screen"),
        ({"medium": "push"}, "text", "Write a title or a text"),
        ({}, "body", "Write a subject or a text"),
        ({"subject": "Hi", "text": "Hello"}, "text", "leave it empty"),
        ({"subject": "Hi {{ frist_name }}"}, "subject", "Did you mean {{ first_name }}?"),
        ({"body": "<p>Hi {{ frist_name }}</p>"}, "body", "»{{ frist_name }}«"),
        ({"milestone": "gone", "subject": "Hi"}, "milestone", "Choose what"),
        ({"medium": "wallet", "subject": "Hi"}, "medium", "Choose how"),
    ],
)
def test_what_cannot_be_sent_is_refused(given: dict[str, str], field: str, words: str) -> None:
    assert words in " ".join(problems(text(**given))[field])


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_nothing_personal_stands_on_a_locked_screen(name: str) -> None:
    is_personal = PLACEHOLDERS[name].tier is Tier.PRIVATE
    words = f"{{{{ link }}}} {{{{ {name} }}}}"
    assert bool(problems(text(medium="sms", text=words))) is is_personal
    assert bool(problems(text(medium="push", text=words))) is is_personal
    assert not problems(text(subject=words))


def test_one_text_for_a_message_in_a_language() -> None:
    written(subject="On its way!")
    assert "milestone" in problems(text(subject="Again"))
    assert not problems(text(subject="Again", language="fr"))
    assert not problems(text(subject="Again", site=Site.objects.get()))


# --- what is said ------------------------------------------------------------------------------------------


def test_a_mail_reads_as_the_shop_wrote_it_and_still_has_its_link() -> None:
    written(subject="{{ first_name }}, it is on its way", body="<p>Order <b>{{ order_number }}</b> left us.</p>")
    order = place(parcels=1, contact=PERSONAL)
    shipped = next(letter for letter in letters() if letter["X-Order-Status"] == "shipped")
    assert shipped["Subject"] == "Noor, it is on its way"
    for half in halves(shipped):
        assert "TS-20411" in half
        assert "left us." in half
        assert "A parcel has left us" not in half
        assert order_url(order) in half


def test_what_is_left_empty_reads_as_without_the_shop() -> None:
    written(subject="It left")
    place(parcels=1, contact=PERSONAL)
    shipped = next(letter for letter in letters() if letter["X-Order-Status"] == "shipped")
    assert shipped["Subject"] == "It left"
    assert all("A parcel has left us" in half for half in halves(shipped))


def test_a_text_message_reads_as_the_shop_wrote_it() -> None:
    written(medium="sms", text="{{ shop_name }}: it left. {{ link }}")
    Answers.seen = []
    with by(Texts, stop_hint="word"):
        order = place(parcels=1, contact=PERSONAL)
        OutboxMessage.objects.update(due_at=timezone.now())
        drain()
    sent = next(one for batch in Answers.seen for one in batch if one.milestone == "shipped")
    assert sent.text == f"Tilia & Sal: it left. {order_url(order)}\nReply STOP to end these texts."
    assert (sent.html, sent.link) == ("", order_url(order))


@pytest.mark.parametrize("own", ["", "{{ shop_name }}: it left. {{ link }}"])
def test_a_text_from_a_name_ends_with_the_way_out(own: str, tmp_path: Path) -> None:
    if own:
        written(medium="sms", text=own)
    options = {"sender": "Tilia Sal", "folder": str(tmp_path)}
    channel = {"BACKEND": "order_status_plugin.channels.console.ConsoleSms", "OPTIONS": options}
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "CHANNELS": {"sms": channel}}):
        order = place(parcels=1, contact=PERSONAL)
        OutboxMessage.objects.update(due_at=timezone.now())
        assert drain()
    (sent,) = (each for each in map(json.loads, (one.read_text() for one in tmp_path.iterdir())) if each["milestone"] == "shipped")  # fmt: skip
    assert re.search(rf"\nStop: https?://\S+/orders/unsubscribe/{stop_token(order, 'sms')}/$", sent["text"])


def test_a_notification_says_nothing_of_the_person() -> None:
    Answers.seen = []
    with by(Pushes):
        place(parcels=1, contact=PERSONAL)
        scan(ParcelStatus.OUT_FOR_DELIVERY)
        OutboxMessage.objects.update(due_at=timezone.now())
        drain()
    sent = [one for batch in Answers.seen for one in batch]
    assert sent
    for one in sent:
        assert not re.search("Noor|Vries|Linden|Amsterdam|TS-2041|1Z999", one.subject + one.text + one.html)
        assert one.link.startswith("http")


@pytest.mark.parametrize("language", ["en", "fr", "de", "ar", "ja", "pl"])
@pytest.mark.parametrize("hint", ["", "word"])
def test_our_own_words_fit_two_segments_with_the_whole_link(language: str, hint: str) -> None:
    with translation.override(language):
        for milestone in Milestone:
            found = said(Medium.SMS, milestone, hint=hint).text
            assert LINK in found
            assert "Tilia & Sal" in found
            assert "Nora" not in found
            size = segments.measure(segments.plain(found))
            assert size.segments <= (2 if size.encoding is segments.Encoding.GSM7 else 3), (milestone, found)


def test_a_text_message_always_has_the_link() -> None:
    row = text(medium="sms", text="It left.")
    row.save()  # past the form
    assert said(Medium.SMS).text == f"It left.\n{LINK}"


@pytest.mark.parametrize("medium", [Medium.SMS, Medium.PUSH])
def test_what_is_personal_is_not_filled_in_even_past_the_form(medium: Medium) -> None:
    text(medium=medium.value, text="{{ first_name }} {{ order_number }} {{ link }}").save()
    found = said(medium).text
    assert "Nora" not in found
    assert "TS-20418" not in found
    assert LINK in found


@pytest.mark.parametrize(
    ("written_in", "asked", "expected"),
    [
        (("en", "fr"), "fr", "fr"),
        (("fr",), "fr-ca", "fr"),
        (("en",), "fr", None),  # our own French is better than the shop's English in a French mail
        (("en", "fr"), "sv", "en"),  # of which we know nothing
        (("fr",), "sv", None),
    ],
)
def test_the_language_is_the_customers(written_in: tuple[str, ...], asked: str, expected: str | None) -> None:
    for language in written_in:
        written(subject=language, language=language)
    found = texts_for(None, asked, epoch.current()).get(Milestone.SHIPPED, Medium.MAIL)
    assert (found.subject if found else None) == expected


def test_a_sites_own_text_goes_before_that_of_every_site() -> None:
    site = Site.objects.get()
    written(subject="everywhere")
    written(subject="here", site=site)
    found = texts_for(site.pk, "en", epoch.current()).get(Milestone.SHIPPED, Medium.MAIL)
    assert found is not None
    assert found.subject == "here"


def test_texts_are_read_once_an_epoch() -> None:
    for milestone in Milestone:
        written(milestone.value, subject=milestone.value, body="<p>x</p>")
    number = epoch.current()
    with CaptureQueriesContext(connection) as queries:
        first = texts_for(None, "en", number)
    assert len(queries) <= 4
    with CaptureQueriesContext(connection) as queries:
        assert texts_for(None, "en", number) is first
    assert not queries.captured_queries


def test_a_draft_is_sent_to_nobody_until_it_is_published() -> None:
    row = text(subject="Draft", live=False)
    row.save()
    assert texts_for(None, "en", epoch.current()).get(Milestone.SHIPPED, Medium.MAIL) is None
    row.save_revision(approved_go_live_at=timezone.now())
    assert schedule.run() == 1
    found = texts_for(None, "en", epoch.current()).get(Milestone.SHIPPED, Medium.MAIL)
    assert found is not None


# --- headers -----------------------------------------------------------------------------------------------

WILD = st.text(
    alphabet=st.one_of(st.sampled_from('\r\n\t\0\x0b\x1c\x85\u2028 :;,<>"{}é'), st.characters()), max_size=60
)


@given(subject=WILD, name=WILD, shop=WILD, number=WILD)
def test_nothing_that_is_written_begins_a_header(subject: str, name: str, shop: str, number: str) -> None:
    what = dataclasses.replace(bare(shop=shop), own=OwnWordsView(subject=f"{subject}\r\nBcc: x@example.org"))
    texts = render(what, link=LINK, stop=LINK, number=number, first_name=name)
    message = Message(
        key="0" * 32, recipient="a@example.org", subject=texts.subject, text=texts.text, html=texts.html,
        language="en", milestone="shipped", unsubscribe_url=LINK, sender_name=shop,
    )  # fmt: skip
    mail.outbox = []
    EmailChannel("email", {"from_email": "shop@shop.example"}).send([message])
    assert len(texts.subject.splitlines()) == 1
    assert len(mail.outbox) == 1
    for sent in mail.outbox:
        raw = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
        assert set(raw.keys()) <= {
            "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Order-Status", "Content-Language",
            "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
        }  # fmt: skip
        assert raw["To"] == "a@example.org"
        assert raw["From"].endswith("shop@shop.example>") or raw["From"] == "shop@shop.example"


# --- markup ------------------------------------------------------------------------------------------------


def test_no_mail_has_an_address_in_it_unless_the_shop_says_so() -> None:
    place(parcels=1, contact=PERSONAL)
    assert all("Lindenlaan" not in half and "ld+json" not in half for letter in letters() for half in halves(letter))


def test_markup_is_a_parcel_delivery_that_a_machine_can_read() -> None:
    channel = {"BACKEND": "order_status_plugin.channels.email.EmailChannel", "OPTIONS": {"markup": True}}
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "CHANNELS": {"email": channel}}):
        order = place(parcels=1, contact=PERSONAL)
        found = {letter["X-Order-Status"]: halves(letter)[1] for letter in letters()}
    said = {name: json.loads(re.search(r"ld\+json\">(.*?)</script>", html)[1]) for name, html in found.items()}  # type: ignore[index]
    assert said["confirmed"]["@type"] == "Order"
    shipped = said["shipped"]
    assert shipped["@type"] == "ParcelDelivery"
    assert shipped["carrier"]["name"] == "UPS"
    assert shipped["deliveryAddress"]["postalCode"] == "1015 AB"
    assert shipped["partOfOrder"]["orderNumber"] == order.number
    assert shipped["trackingUrl"] == order_url(order)
    assert "trackingNumber" not in shipped


def test_markup_ends_no_script() -> None:
    contact = ContactSnapshot(shipping_address=Address(lines=("</script><script>x",), country="NL"))
    assert "<" not in markup(news(Medium.MAIL), contact, LINK, "</script>")


# --- the form, the preview, the test -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("medium", "shown"), [("sms", "segment"), ("push", "short-card"), ("mail", "Follow your order")]
)
def test_a_draft_is_previewed_as_what_it_is(admin_client: Client, medium: str, shown: str) -> None:
    words = "Half written {{ link }}"
    row = text(medium=medium, live=False, **({"subject": words} if medium == "mail" else {"text": words}))
    row.save()
    row.save_revision()
    with by(Texts if medium == "sms" else Pushes):
        mode = f"{medium}-shipped"
        url = f"/cms/order-status/look/order_status_plugin/messagetext/{row.pk}/"
        html = admin_client.get(url, {"mode": mode, "language": "en"}).content.decode()
    assert "Half written" in html
    assert shown in html


def test_the_preview_of_a_text_is_as_long_and_as_dear_as_what_leaves(admin_client: Client, tmp_path: Path) -> None:
    row = written(medium="sms", text="{{ shop_name }}: " + "it left, and it comes soon. " * 3 + "{{ link }}")
    row.save_revision()
    options = {"sender": "Tilia Sal", "prices": {"PT": "0.0385", "*": "0.5"}, "folder": str(tmp_path)}
    channel = {"BACKEND": "order_status_plugin.channels.console.ConsoleSms", "OPTIONS": options}
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "CHANNELS": {"sms": channel}}):
        url = f"/cms/order-status/look/order_status_plugin/messagetext/{row.pk}/"
        shown = admin_client.get(url, {"mode": "sms-shipped", "language": "en"}).content.decode()
        place(parcels=1, contact=PERSONAL)
        OutboxMessage.objects.update(due_at=timezone.now())
        drain()
    letters_sent = [json.loads(one.read_text()) for one in tmp_path.iterdir()]
    (sent,) = (each for each in letters_sent if each["milestone"] == "shipped")
    size = segments.measure(sent["text"])
    assert size.segments > 1
    assert f"{size.segments} segments, {size.units} characters" in shown
    assert f"PT {size.segments * Decimal('0.0385')} · * {size.segments * Decimal('0.5')}" in shown
    assert "Stop: http" in shown


def test_the_sheet_shows_what_the_shops_channels_carry(admin_client: Client) -> None:
    with by(Texts):
        html = admin_client.get("/cms/order-status/sheet/", {"what": "sms"}).content.decode()
    assert "mode=sms-shipped" in html
    assert 'value="push"' not in html


def test_an_editor_writes_one_in_wagtail(admin_client: Client) -> None:
    locale = Locale.objects.get()
    form = {"milestone": "shipped", "medium": "sms", "text": "It left", "subject": "", "body": "null", "site": ""}
    where = "/cms/snippets/order_status_plugin/messagetext/add/"
    refused = admin_client.post(where, {**form, "locale": locale.pk}).content.decode()
    assert "put {{ link }} into it" in refused
    answer = admin_client.post(where, {**form, "text": "It left {{ link }}", "action-publish": "1"})
    assert answer.status_code == 302
    assert MessageText.objects.get().live


def test_a_test_message_says_that_it_is_one(admin_client: Client) -> None:
    row = text(subject="Draft for {{ first_name }}", live=False)
    row.save()
    row.save_revision()
    form = {"milestone": "shipped", "channel": "email", "language": "fr", "address": "editor@example.org"}
    assert admin_client.post(f"/cms/order-status/test-message/{row.pk}/", {**form, "language": "en"}).status_code == 302
    (letter,) = letters()
    assert letter["To"] == "editor@example.org"
    assert letter["Subject"] == "Test: Draft for Nora"
    assert letter["X-Order-Status"] is None
    assert letter["List-Unsubscribe"] is None
    assert all("nobody placed this order" in half for half in halves(letter))
    entry = AuditEntry.objects.get(action="test_sent")
    assert (entry.actor, entry.detail) == ("admin", "shipped, email")
    assert not OutboxMessage.objects.exists()


def test_only_who_may_sends_tests_and_not_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    user = get_user_model().objects.create_user("ed", "ed@example.org", "x")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    form = {"milestone": "shipped", "channel": "email", "language": "en", "address": "x@example.org"}
    assert client.post("/cms/order-status/test-message/", form).status_code in (302, 403)
    assert not mail.outbox
    user.user_permissions.add(Permission.objects.get(codename="send_test_message"))
    monkeypatch.setattr(limits, "TRIALS_HOUR", 1)
    assert client.post("/cms/order-status/test-message/", form).status_code == 302
    assert "try again in an hour" in client.post("/cms/order-status/test-message/", form).content.decode()
    assert len(mail.outbox) == 1


def test_a_test_goes_to_no_subscription_and_to_no_nonsense(admin_client: Client) -> None:
    form = {"milestone": "shipped", "channel": "email", "language": "en", "address": "   "}
    assert "errors" in admin_client.post("/cms/order-status/test-message/", form).content.decode()
    with by(Pushes):
        answer = admin_client.post("/cms/order-status/test-message/", {**form, "address": "x"}).content.decode()
    assert "channels sends this." in answer
    assert not mail.outbox
