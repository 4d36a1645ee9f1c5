"""The plugin in a shop with forks of its own: their models are read, their views carry the link."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from oscar.core.compat import get_user_model
from oscar.core.loading import get_class

from order_status_plugin.access import links
from order_status_plugin.events import Headline
from order_status_plugin.hosts.oscar import OscarHost
from order_status_plugin.tracking.models import Fulfillment, Order, Parcel
from tests.projects.oscar import shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_forks_are_the_shop() -> None:
    assert shop.Order.__module__ == "tests.projects.oscar_forked.order.models"
    assert get_class("dashboard.orders.views", "OrderDetailView").__module__.startswith("tests.projects.oscar_forked")
    names = [config.name for config in apps.get_app_configs()]
    assert names.index("order_status_plugin") > names.index("tests.projects.oscar_forked.order")


def test_a_guests_order_of_a_forked_model_is_ours_and_carries_its_link(client: Client) -> None:
    html = shop.check_out(client, shop.product("Mug"), 2).content.decode()
    theirs = shop.Order.objects.get(is_gift=False)
    ours = Order.objects.get()
    assert (ours.reference, ours.headline) == (str(theirs.pk), Headline.CONFIRMED)
    assert [(line.title, line.quantity) for line in ours.lines.all()] == [("Mug", 2)]
    assert reverse("order_status:claim") in html
    address = reverse("customer:anon-order", kwargs={"order_number": theirs.number, "hash": theirs.verification_hash()})
    assert Client().get(address)["Location"] == links.order_path(ours)
    # Oscar's own templates come first here, so that its mail knows nothing of us: ours confirms.
    assert ours.messages.filter(milestone="confirmed").count() == 1


def test_staff_use_their_own_view_with_our_fields_in_it() -> None:
    order = shop.place()
    shop.ShippingEventType.objects.create(name="Shipped")
    staff = Client()
    staff.force_login(get_user_model().objects.create_superuser("ines", "ines@tilia.example", "secret"))
    page = reverse("dashboard:order-detail", kwargs={"number": order.number})
    html = staff.get(page).content.decode()
    assert links.order_url(Order.objects.get()) in html
    assert 'name="order_status_tell"' in html
    line = order.lines.get()
    staff.post(
        page,
        {
            "line_action": "create_shipping_event",
            "selected_line": [line.pk],
            f"selected_line_qty_{line.pk}": "1",
            "shipping_event_type": "shipped",
            "order_status_shown": "1",
            "order_status_carrier": "UPS",
            "order_status_number": "1Z999AA10123456784",
        },
    )
    assert order.shipping_events.get().packed_by == "ines"
    assert Parcel.objects.get().carrier == "ups"
    assert Fulfillment.objects.get().notify_customer is False
    assert re.search(r"/orders/[\w-]{36,}/", staff.get(reverse("dashboard:order-list")).content.decode())


def test_an_event_without_any_notes_is_a_parcel_without_a_number() -> None:
    order = shop.place()
    event = shop.ship(order)
    type(event).objects.update(notes=None)
    [sending] = OscarHost("shop", {}).read(str(order.pk)).fulfillments
    assert (sending.parcels, sending.notify_customer) == ((), True)
