"""Carriers of the shop's own: entered in the admin, used at once, and never a way to lead a customer astray."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from order_status_plugin import flow
from order_status_plugin.access.links import order_path
from order_status_plugin.carriers import catalogue, own
from order_status_plugin.carriers.models import MerchantCarrier
from order_status_plugin.cms.choices import carriers as choices
from order_status_plugin.events import ParcelSnapshot, Tier
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.page.views import render_status
from order_status_plugin.tracking.models import Order, Parcel
from order_status_plugin.view.build import build
from tests.orders import UPS, sent, snapshot

pytestmark = pytest.mark.django_db
ADD = "admin:order_status_plugin_merchantcarrier_add"
BIKES = {
    "name": "Ribeira Bikes",
    "slug": "ribeira-bikes",
    "aliases": "Bicicletas da Ribeira\nRB",
    "home": "https://bikes.example/",
    "template": "https://bikes.example/t/{number}?zip={postcode}&l={language}",
}


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def take(*parcels: ParcelSnapshot) -> Order:
    DemoHost.orders["shop", "1"] = snapshot(fulfillments=(sent(parcels=parcels),))
    return flow.take_order("shop", "1")


def card(tier: Tier = Tier.PRIVATE) -> Any:
    return build(Order.objects.get(), tier).parcels[0]


def words(order: Order) -> str:
    """Return the page as the customer sees it."""
    request = RequestFactory().get(order_path(order))
    request.user = AnonymousUser()
    return render_status(request, order, Tier.PRIVATE).content.decode()


def test_what_is_entered_stands_on_the_page_and_in_the_editors_choices_at_once(boss: Client) -> None:
    assert catalogue.find("ribeira bikes") is None
    assert boss.post(reverse(ADD), BIKES).status_code == 302
    take(ParcelSnapshot(carrier_text="bicicletas da ribeira", tracking_number="a/1 ?"))
    assert card().carrier_name == "Ribeira Bikes"
    assert card().tracking_url == "https://bikes.example/t/A%2F1%3F?zip=1015AB&l=en"
    assert ("ribeira-bikes", "Ribeira Bikes") in choices()


def test_a_kept_page_is_made_anew_when_it_is_renamed(boss: Client) -> None:
    boss.post(reverse(ADD), BIKES)
    order = take(ParcelSnapshot(carrier_text="RB", tracking_number="1"))
    path = order_path(order)
    for _ in range(2):
        assert "Ribeira Bikes" in Client().get(path).content.decode()
    row = MerchantCarrier.objects.get()
    change = reverse("admin:order_status_plugin_merchantcarrier_change", args=[row.pk])
    assert boss.post(change, {**BIKES, "name": "Bikes of Porto"}).status_code == 302
    page = Client().get(path).content.decode()
    assert "Bikes of Porto" in page
    assert "Ribeira Bikes" not in page


def test_a_process_that_has_just_begun_names_it_to_staff(boss: Client) -> None:
    MerchantCarrier.objects.create(**BIKES)
    order = take(ParcelSnapshot(carrier_text="RB", tracking_number="1"))
    own._known = own.NOTHING
    assert catalogue.get("ribeira-bikes") is None
    page = boss.get(reverse("admin:order_status_plugin_order_change", args=[order.pk])).content.decode()
    assert "Ribeira Bikes" in page


def test_the_short_name_stays_as_parcels_hold_it(boss: Client) -> None:
    boss.post(reverse(ADD), BIKES)
    row = MerchantCarrier.objects.get()
    change = reverse("admin:order_status_plugin_merchantcarrier_change", args=[row.pk])
    boss.post(change, {**BIKES, "slug": "other"})
    assert MerchantCarrier.objects.get().slug == "ribeira-bikes"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("template", "http://bikes.example/{number}", "It must begin with https://."),
        ("template", "https://bikes.example/", "The place of the tracking number, {number}, is missing."),
        ("template", "https://bikes.example/{nr}", "{nr} is no placeholder."),
        ("template", "https://{number}.example/", "A placeholder may not stand in the host"),
        ("home", "javascript:alert(1)", "It must begin with https://."),
        ("slug", "ups", "The catalogue has a carrier of this name."),
        ("name", "—", "A name has letters or digits."),
    ],
)
def test_what_could_lead_astray_is_refused_with_the_reason(boss: Client, field: str, value: str, said: str) -> None:
    response = boss.post(reverse(ADD), {**BIKES, field: value})
    assert response.status_code == 200
    assert any(said in error for error in response.context["adminform"].form.errors[field])
    assert not MerchantCarrier.objects.exists()


def test_what_came_in_another_way_is_left_out_and_the_doctor_says_so() -> None:
    MerchantCarrier.objects.create(**{**BIKES, "template": "http://bikes.example/{number}"})
    catalogue.refresh()
    assert catalogue.link(catalogue.get("ribeira-bikes"), "1") == "https://bikes.example/"
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 problems"):
        call_command("order_status_doctor", "--links", stdout=out)
    assert "BAD ribeira-bikes: template: It must begin with https://." in out.getvalue()


def test_the_doctor_finds_nothing_wrong_in_ours() -> None:
    out = io.StringIO()
    call_command("order_status_doctor", "--links", stdout=out)
    assert "Every link is one that customers may be sent to." in out.getvalue()


# --- a number without a carrier ---------------------------------------------------------------------------------


def test_the_page_offers_those_that_it_may_be_and_claims_none() -> None:
    order = take(ParcelSnapshot(tracking_number="RB123456785GB"))
    assert card().carrier_name == ""
    assert [candidate.name for candidate in card().candidates] == ["Royal Mail"]
    assert card().candidates[0].url.startswith("https://www.royalmail.com/")
    assert card(Tier.PUBLIC).candidates == ()
    assert "Royal Mail" not in Client().get(order_path(order)).content.decode()


@pytest.mark.parametrize(
    ("carrier", "is_site_known"), [("Bob's bike", False), ("Meteor Space", False), ("Early Bird", True)]
)
def test_a_site_is_promised_only_where_one_is_known(carrier: str, is_site_known: bool) -> None:
    page = words(take(ParcelSnapshot(carrier_text=carrier, tracking_number="B 77")))
    assert "B77" in page
    assert "cannot say where the parcel is" in page
    assert ("Their own site can." in page) == is_site_known


def test_candidates_stand_on_the_private_page_with_their_links() -> None:
    page = words(take(ParcelSnapshot(tracking_number="RB123456785GB")))
    assert "If it travels with Royal Mail:" in page
    assert 'href="https://www.royalmail.com/track-your-item#/tracking-results/RB123456785GB"' in page


def test_twelve_digits_are_offered_at_both() -> None:
    both = next(
        number for number in map(str, range(100_000_000_000, 100_000_004_000)) if len(catalogue.likely(number)) == 2
    )
    take(ParcelSnapshot(tracking_number=both))
    assert {candidate.name for candidate in card().candidates} == {"FedEx", "Purolator"}


def test_a_carrier_that_the_shop_names_is_not_doubted() -> None:
    take(ParcelSnapshot(carrier_text="Bob's bike", tracking_number="RB123456785GB"))
    assert card().candidates == ()


def choose(client: Client, parcel: Parcel, carrier: str) -> Any:
    return client.post(reverse("admin:order_status_plugin_parcel_carrier", args=[parcel.pk]), {"carrier": carrier})


def test_staff_choose_with_the_reasons_before_them_and_the_shop_does_not_undo_it(boss: Client) -> None:
    order = take(ParcelSnapshot(tracking_number=UPS))
    parcel = order.parcels.get()
    form = boss.get(reverse("admin:order_status_plugin_parcel_carrier", args=[parcel.pk])).content.decode()
    assert "It begins like UPS 1Z, and its check digit is right." in form
    version = order.version
    assert choose(boss, parcel, "ups").status_code == 302
    assert card().carrier_name == "UPS"
    assert Order.objects.get().version > version
    take(ParcelSnapshot(tracking_number=UPS))
    parcel.refresh_from_db()
    assert (parcel.carrier, parcel.carrier_by_hand, parcel.is_withdrawn) == ("ups", True, False)
    assert choose(boss, parcel, "dhl-express").status_code == 302  # staff may have erred
    parcel.refresh_from_db()
    assert parcel.carrier == "dhl-express"


def test_where_the_shop_names_one_there_is_nothing_to_choose(boss: Client) -> None:
    parcel = take(ParcelSnapshot(carrier_text="UPS", tracking_number=UPS)).parcels.get()
    assert choose(boss, parcel, "dhl-express").status_code == 302
    parcel.refresh_from_db()
    assert parcel.carrier == "ups"
    page = boss.get(reverse("admin:order_status_plugin_parcel_change", args=[parcel.pk])).content.decode()
    assert "Choose the carrier" not in page


def test_who_may_choose(boss: Client) -> None:
    parcel = take(ParcelSnapshot(tracking_number=UPS)).parcels.get()
    reader = User.objects.create_user("sam", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_parcel"))
    client = Client()
    client.force_login(reader)
    assert choose(client, parcel, "ups").status_code == 403
    assert choose(Client(), parcel, "ups").status_code == 302  # to the login
    assert choose(boss, parcel, "nobody").status_code == 200
    parcel.refresh_from_db()
    assert parcel.carrier == ""
