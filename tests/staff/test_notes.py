"""Staff write to a customer in Wagtail's admin, and find the way there from Django's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse

from order_status_plugin.cms.models import OrderNote
from order_status_plugin.cms.writing import write
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests import orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    order = record.order("shop", orders.snapshot(fulfillments=(orders.sent(),)))
    OutboxMessage.objects.all().delete()
    return order


def staff(*permissions: str, name: str = "kim") -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def url(name: str, *args: int) -> str:
    return reverse(f"order_status_notes:{name}", args=args)


def draft(words: str) -> str:
    """Return what Wagtail's editor sends."""
    block = {"key": "a", "text": words, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [block], "entityMap": {}})


def post(client: Client, address: str, words: str = "We are sorry.", **more: Any) -> Any:
    return client.post(address, {"text": draft(words), "readers": "private", **more}, follow=True)


def test_a_note_is_written_and_the_customer_told(order: Order) -> None:
    client = staff("access_admin", "add_ordernote")
    page = client.get(url("order", order.pk)).content.decode()
    assert 'name="is_told" id="id_is_told" checked' in page.replace('aria-describedby="id_is_told-helptext" ', "")
    answer = post(client, url("order", order.pk), "<b>We</b> are sorry.", is_told="on")
    assert "The note is on the page, and the customer is told." in answer.content.decode()
    note = OrderNote.objects.get()
    assert (note.author, note.is_public) == ("kim", False)
    assert "&lt;b&gt;We&lt;/b&gt; are sorry." in note.text
    assert OutboxMessage.objects.get().subject == f"note:{note.pk}"


def test_no_tick_no_mail_and_no_box_where_the_shop_tells_of_no_notes(order: Order, settings: Any) -> None:
    client = staff("access_admin", "add_ordernote")
    post(client, url("order", order.pk), readers="public")
    assert OrderNote.objects.get().is_public
    assert not OutboxMessage.objects.exists()
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "MILESTONES": ("delivered",)}
    assert "is_told" not in client.get(url("order", order.pk)).content.decode()


@pytest.mark.parametrize(("words", "said"), [("  ", "Write something."), ("x" * 5001, "This is too long")])
def test_an_empty_or_endless_note_is_refused(order: Order, words: str, said: str) -> None:
    answer = post(staff("access_admin", "add_ordernote"), url("order", order.pk), words)
    assert said in answer.content.decode()
    assert not OrderNote.objects.exists()


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"blocks": 1}', "null"])
def test_what_no_editor_sends_is_a_bad_request_or_an_error_of_the_form(order: Order, text: str) -> None:
    client = staff("access_admin", "add_ordernote")
    answer = client.post(url("order", order.pk), {"text": text, "readers": "private"})
    assert answer.status_code in (200, 400)
    assert not OrderNote.objects.exists()


def test_a_note_is_changed_and_withdrawn_and_its_history_stays(order: Order) -> None:
    client = staff("access_admin", "change_ordernote")
    note = write(order, "<p>First words.</p>", author="sam", is_public=True)
    assert "First words." in client.get(url("note", order.pk, note.pk)).content.decode()
    post(client, url("note", order.pk, note.pk), "Second words.", readers="public")
    assert client.get(url("withdraw", order.pk, note.pk)).status_code == 200
    assert OrderNote.objects.get().withdrawn_at is None, "asking does nothing"
    client.post(url("withdraw", order.pk, note.pk))
    page = client.get(url("note", order.pk, note.pk)).content.decode()
    for said in ("First words.", "Second words.", "Withdrawn", "sam", "kim"):
        assert said in page
    assert 'name="text"' not in page
    answer = client.post(url("withdraw", order.pk, note.pk), follow=True)
    assert "The note was withdrawn." in answer.content.decode()


@pytest.mark.parametrize("number", ["TS-20418", "ts-20418", "#TS-20418", "1Z 999 AA1 01 2345 6784"])
def test_an_order_is_found_by_its_number_in_any_spelling(order: Order, number: str) -> None:
    page = staff("access_admin", "view_ordernote").get(url("index"), {"q": number}).content.decode()
    assert url("order", order.pk) in page


def test_an_order_that_nobody_has_is_said_so(order: Order) -> None:
    page = staff("access_admin", "view_ordernote").get(url("index"), {"q": "TS-\x001"}).content.decode()
    assert "No order has this number." in page


@pytest.mark.parametrize(
    ("permissions", "reads", "adds", "changes"),
    [
        ((), False, False, False),
        (("access_admin",), False, False, False),
        (("add_ordernote", "change_ordernote"), False, False, False),
        (("access_admin", "view_ordernote"), True, False, False),
        (("access_admin", "add_ordernote"), True, True, False),
        (("access_admin", "change_ordernote"), True, False, True),
    ],
)
def test_every_door_asks_for_its_permission(
    order: Order, permissions: tuple[str, ...], reads: bool, adds: bool, changes: bool
) -> None:
    client = staff(*permissions)
    note = write(order, "<p>As it was.</p>", author="sam")
    for address in (url("index"), url("order", order.pk), url("note", order.pk, note.pk)):
        assert (client.get(address).status_code == 200) is reads
    assert (client.get(url("withdraw", order.pk, note.pk)).status_code == 200) is changes
    menu = b"order-status/notes" in client.get(reverse("wagtailadmin_home")).content
    assert menu is reads
    post(client, url("order", order.pk), "One more.")
    assert (OrderNote.objects.count() == 2) is adds
    post(client, url("note", order.pk, note.pk), "As it is.")
    client.post(url("withdraw", order.pk, note.pk))
    note.refresh_from_db()
    assert ("As it is." in note.text) is changes
    assert (note.withdrawn_at is not None) is changes


def test_a_note_is_reached_by_its_own_order_only(order: Order) -> None:
    other = record.order("shop", orders.snapshot(reference="2", number="TS-2"))
    note = write(order, "<p>words</p>", author="sam")
    assert staff("access_admin", "change_ordernote").get(url("note", other.pk, note.pk)).status_code == 404


def test_djangos_admin_shows_the_notes_and_leads_to_the_form(order: Order) -> None:
    write(order, "<p>Words to the customer</p>", author="sam")
    page = reverse("admin:order_status_plugin_order_change", args=[order.pk])
    writer = staff("access_admin", "view_order", "view_ordernote", "add_ordernote")
    html = writer.get(page).content.decode()
    assert "Words to the customer" in html
    assert f'href="{url("order", order.pk)}"' in html
    reader = staff("view_order", name="lee").get(page).content.decode()
    assert "Words to the customer" not in reader
    assert url("order", order.pk) not in reader


def test_a_shops_own_page_of_an_order_leads_those_who_may_to_the_form(order: Order) -> None:
    template = Template("{% load order_status %}{% order_status_notes_url order %}")
    request = RequestFactory().get("/")
    assert template.render(Context({"order": order, "request": request})) == ""
    request.user = User.objects.create_user("lee", is_staff=True)
    assert template.render(Context({"order": order, "request": request})) == ""
    request.user = User.objects.create_superuser("boss")
    assert template.render(Context({"order": order, "request": request})) == url("order", order.pk)
    assert template.render(Context({"order": "no order", "request": request})) == ""
    assert template.render(Context({"order": order})) == ""


def test_groups_may_be_given_the_permissions_in_wagtail(admin_client: Client) -> None:
    html = admin_client.get(reverse("wagtailusers_groups:add")).content.decode()
    for action in ("add", "change", "view"):
        pk = Permission.objects.get(codename=f"{action}_ordernote").pk
        assert f'value="{pk}"' in html
