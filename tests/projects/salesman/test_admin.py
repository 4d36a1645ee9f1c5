"""Where staff work: Salesman's orders in Django's admin and in Wagtail's, and what they do there to an order."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from order_status_plugin.access import links
from order_status_plugin.events import Headline
from order_status_plugin.hosts.salesman import SalesmanHost, pages
from order_status_plugin.tracking.models import Order, Parcel

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)

_NAME = "swapped_order" if settings.IS_SWAPPED else "salesmanorders_order"
_PATH = _NAME.replace("_", "/")


def the_order() -> Order:
    return Order.objects.get()


def in_django(order: Any) -> str:
    return reverse(f"admin:{_NAME}_change", args=[order.pk])


def in_wagtail(order: Any) -> str:
    return f"/cms/{_PATH}/edit/{order.pk}/"


def follow(html: str) -> str:
    """Return the page behind the action, as a customer with the link is shown it."""
    found = re.search(r'<a href="(http://testserver/orders/[A-Za-z0-9_-]{36,}/)"[^>]*>View order status page</a>', html)
    assert found is not None, "there is no action on the page"
    answer = Client().get(found[1])
    assert answer.status_code == 200
    return str(answer.content.decode())


def post(client: Client, path: str, **changes: Any) -> Any:
    """Open a form of an admin, change some of its fields and send all of it, as a browser does."""
    page = client.get(path)
    form = page.context["adminform"].form if "adminform" in page.context else page.context["form"]
    formsets = page.context.get("inline_admin_formsets")
    formsets = [one.formset for one in formsets] if formsets else list(form.formsets.values())
    data: dict[str, Any] = {}
    for each in (form, *(part for one in formsets for part in (one.management_form, *one.forms))):
        for bound in each:
            value = bound.value()
            if value is not None and value is not False:
                data[bound.html_name] = value
    data |= changes
    return client.post(path, data)


def test_the_action_is_on_the_order_and_in_the_list_of_djangos_admin() -> None:
    order, client = shop.place(), shop.staff()
    assert 'data-order-status="confirmed"' in follow(client.get(in_django(order)).content.decode())
    follow(client.get(reverse(f"admin:{_NAME}_changelist")).content.decode())
    notes = reverse("order_status_notes:order", args=[the_order().pk])
    assert f'href="{notes}"' in client.get(in_django(order)).content.decode()


def test_the_action_is_on_the_order_and_in_the_list_of_wagtails_admin() -> None:
    order, client = shop.place(), shop.staff()
    assert 'data-order-status="confirmed"' in follow(client.get(in_wagtail(order)).content.decode())
    follow(client.get(f"/cms/{_PATH}/").content.decode())


@pytest.mark.parametrize("where", [in_django, in_wagtail], ids=["django", "wagtail"])
def test_staff_send_an_order_and_the_page_says_so(where: Any) -> None:
    order, client = shop.place(), shop.staff()
    rows = {
        "notes-TOTAL_FORMS": "1",
        "notes-0-message": f"On its way with a kiss. UPS {shop.UPS}",
        "notes-0-public": "on",
        "notes-0-ORDER": "1",
    }
    answer = post(client, where(order), status="SHIPPED", **rows)
    assert answer.status_code == 302

    parcel = Parcel.objects.get(is_withdrawn=False)  # the status may be saved, and read, before the note
    assert (parcel.carrier, parcel.tracking_number) == ("ups", shop.UPS)
    assert the_order().headline == Headline.SENT
    assert the_order().messages.filter(milestone="shipped").count() == 1
    page = follow(client.get(where(order)).content.decode())
    assert 'data-order-status="sent"' in page
    assert shop.UPS not in page, "a stranger with the link reads no number"
    assert "kiss" not in page


@pytest.mark.parametrize("where", [in_django, in_wagtail], ids=["django", "wagtail"])
def test_staff_enter_a_payment(where: Any) -> None:
    order, client = shop.place(pay="transfer"), shop.staff()
    rows = {
        "payments-TOTAL_FORMS": "1",
        "payments-0-amount": "17.40",
        "payments-0-transaction_id": "bank-1",
        "payments-0-payment_method": "transfer",
        "payments-0-ORDER": "1",
    }
    assert post(client, where(order), status="PROCESSING", **rows).status_code == 302
    assert the_order().payment == "paid"
    assert the_order().contact.payment_summary == "Bank transfer"


def test_staff_cancel() -> None:
    order, client = shop.place(pay="transfer"), shop.staff()
    assert post(client, in_django(order), status="CANCELLED").status_code == 302
    assert 'data-order-status="cancelled"' in follow(client.get(in_django(order)).content.decode())


def test_staff_refund_through_the_api() -> None:
    order = shop.place()
    answer = shop.staff().post(f"/api/orders/{order.ref}/refund/", {}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert the_order().headline == Headline.REFUNDED
    assert (the_order().payment, the_order().refunded_total) == ("refunded", order.total)
    assert the_order().messages.filter(milestone="refunded").count() == 1


def test_staff_come_back_from_our_admin() -> None:
    order = shop.place()
    address = SalesmanHost("shop", {}).staff_url(str(order.pk))
    assert address == in_django(order)
    html = shop.staff().get(reverse("admin:order_status_plugin_order_change", args=[the_order().pk])).content.decode()
    assert f'href="{address}"' in html


def test_an_admin_of_the_shops_own_keeps_what_it_set(monkeypatch: pytest.MonkeyPatch) -> None:
    from salesman.admin.admin import OrderAdmin

    class Own(OrderAdmin):
        change_form_template = "salesman/admin/change_form.html"

    monkeypatch.setitem(admin.site._registry, shop.Order, Own(shop.Order, admin.site))
    pages.place()
    assert Own.change_form_template == "salesman/admin/change_form.html"
    assert pages.without_link() == ["test_an_admin_of_the_shops_own_keeps_what_it_set.<locals>.Own"]
    [warning] = [one for one in SalesmanHost("shop", {}).check() if one.id == "order_status.W212"]
    assert "Own" in warning.msg

    Own.change_form_template = "order_status_plugin/salesman/change_form.html"
    assert pages.without_link() == []


def test_without_djangos_admin_of_orders_staff_are_led_to_wagtails(monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.place()
    monkeypatch.delitem(admin.site._registry, shop.Order)
    assert SalesmanHost("shop", {}).staff_url(str(order.pk)) == in_wagtail(order)
    assert pages.without_link() == []


def test_who_may_not_see_the_orders_sees_no_link() -> None:
    order = shop.place()
    assert Client().get(in_django(order)).status_code == 302
    assert links.order_path(the_order()) not in Client().get("/admin/login/").content.decode()
