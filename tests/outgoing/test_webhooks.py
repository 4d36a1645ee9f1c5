"""Other systems of the shop are told: signed, once an event, again where it failed, and never into the shop's own network."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.access.audit import CUSTOMER
from order_status_plugin.access.erase import erase
from order_status_plugin.access.links import order_url
from order_status_plugin.exceptions import TemporaryFailure
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.http import Api
from order_status_plugin.outgoing import kinds, relay, signing, telling
from order_status_plugin.outgoing.models import WebhookDelivery, WebhookEndpoint
from order_status_plugin.public import is_public
from order_status_plugin.testing.provider import Call, Provider, Reply
from order_status_plugin.tracking.models import Order
from tests.orders import PERSONAL, UPS, sent, snapshot

pytestmark = pytest.mark.django_db
State = WebhookDelivery.State


@pytest.fixture(autouse=True)
def inside(settings: Any) -> None:
    """The other system stands on this machine, which the shop names."""
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "WEBHOOKS_PRIVATE_HOSTS": ["127.0.0.1"]}


class Receiver:
    """Takes what is posted, or says no."""

    def __init__(self) -> None:
        self.status, self.headers = 204, dict[str, str]()
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        return Reply(status=self.status, headers=self.headers)

    @property
    def told(self) -> list[str]:
        return [json.loads(call.body)["type"] for call in self.calls]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def endpoint(receiver: Receiver) -> Iterator[WebhookEndpoint]:
    with Provider(receiver) as provider:
        yield WebhookEndpoint.objects.create(name="ERP", url=f"{provider.url}/in")


def take(**more: Any) -> Order:
    DemoHost.orders["shop", "1"] = snapshot(**more)
    return flow.take_order("shop", "1")


def verified(endpoint: WebhookEndpoint, call: Call) -> list[bool]:
    """Check as the specification says, without any code of ours."""
    key = base64.b64decode(signing.secret(endpoint).removeprefix("whsec_"))
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return [each == f"v1,{right}" for each in call.headers["webhook-signature"].split()]


def test_a_milestone_is_told_signed_with_what_the_shop_needs(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    order = take(fulfillments=(sent(),))
    assert flow.drain_webhooks() == 3
    assert receiver.told == ["order.confirmed", "order.shipped", "order.changed"]
    for call in receiver.calls:
        assert (call.method, call.path, verified(endpoint, call)) == ("POST", "/in", [True])
    body = json.loads(receiver.calls[1].body)["data"]
    assert (body["host"], body["reference"], body["number"]) == ("shop", "1", "TS-20418")
    assert (body["link"], body["status"], body["milestone"]) == (order_url(order), "in_transit", "shipped")
    assert body["parcels"][0]["tracking_number"] == UPS
    assert flow.drain_webhooks() == 0


def test_nothing_of_the_person_is_told(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    take(fulfillments=(sent(),))
    flow.drain_webhooks()
    said = b"".join(call.body for call in receiver.calls).decode()
    assert [word for word in PERSONAL if word in said] == [UPS, "TS-20418"]


def test_only_what_was_asked_for_and_of_the_shops_named(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    endpoint.kinds = ["order.shipped"]
    endpoint.save()
    other = WebhookEndpoint.objects.create(name="Other", url=endpoint.url, hosts=["another"])
    take(fulfillments=(sent(),))
    flow.drain_webhooks()
    assert receiver.told == ["order.shipped"]
    assert not other.deliveries.exists()


def test_an_import_tells_nothing(endpoint: WebhookEndpoint) -> None:
    DemoHost.orders["shop", "1"] = snapshot()
    flow.take_order("shop", "1", is_import=True)
    assert not WebhookDelivery.objects.exists()


def test_what_is_rolled_back_is_not_told(endpoint: WebhookEndpoint) -> None:
    with transaction.atomic():
        take()
        assert WebhookDelivery.objects.exists()
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()


def test_changes_that_wait_together_are_one_call(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    endpoint.kinds = [kinds.CHANGED]
    endpoint.save()
    for words in ("packed", "labelled", "gone"):
        take(state_text=words)
    flow.drain_webhooks()
    assert receiver.told == ["order.changed"]
    assert json.loads(receiver.calls[0].body)["data"]["version"] == Order.objects.get().version
    assert WebhookDelivery.objects.filter(state=State.SUPERSEDED).count() == 2


def test_what_failed_comes_again_with_the_same_id_and_words(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    endpoint.kinds = ["order.confirmed"]
    endpoint.save()
    receiver.status = 500
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as clock:
        take()
        flow.drain_webhooks()
        assert flow.drain_webhooks() == 0
        clock.shift(dt.timedelta(minutes=6))
        receiver.status = 204
        flow.drain_webhooks()
    first, second = receiver.calls
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    row = WebhookDelivery.objects.get()
    assert (row.state, row.attempts, row.status_code) == (State.SENT, 2, 204)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_it_is_given_up_in_the_end_and_can_be_sent_again(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    endpoint.kinds = ["order.confirmed"]
    endpoint.save()
    receiver.status = 503
    with time_machine.travel(timezone.now(), tick=False) as clock:
        take()
        for _ in range(20):
            flow.drain_webhooks()
            clock.shift(dt.timedelta(hours=27))
    row = WebhookDelivery.objects.get()
    endpoint.refresh_from_db()
    assert len(receiver.calls) in range(5, 11)
    assert (endpoint.is_active, bool(endpoint.stopped_because)) == (False, True)
    receiver.status = 204
    WebhookEndpoint.objects.update(is_active=True, waits_until=None)
    assert telling.replay(WebhookDelivery.objects.all()) == 1
    flow.drain_webhooks()
    row.refresh_from_db()
    assert row.state == State.SENT


def test_who_is_gone_is_asked_no_more(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.status = 410
    take()
    flow.drain_webhooks()
    endpoint.refresh_from_db()
    assert (len(receiver.calls), endpoint.is_active, endpoint.stopped_because) == (1, False, "410 Gone")


def test_one_that_fails_does_not_hold_up_the_others(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    broken = WebhookEndpoint.objects.create(name="Broken", url="http://127.0.0.1:9/")
    take(fulfillments=(sent(),))
    flow.drain_webhooks()
    assert len(receiver.told) == 3
    # One call, and the rest of its rows wait with it.
    assert sorted(broken.deliveries.values_list("attempts", flat=True)) == [0, 0, 1]


def test_it_waits_as_long_as_it_is_asked_to(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "7200"}
    take()
    flow.drain_webhooks()
    endpoint.refresh_from_db()
    assert endpoint.waits_until is not None
    assert endpoint.waits_until > timezone.now() + dt.timedelta(minutes=119)


def test_a_redirect_is_not_followed(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": endpoint.url}
    take()
    flow.drain_webhooks()
    assert len(receiver.calls) == 1
    assert WebhookDelivery.objects.filter(status_code=302, state=State.PENDING).exists()


def test_a_replaced_secret_signs_beside_the_new_one_for_a_while(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    before = signing.secret(endpoint)
    signing.replace(endpoint)
    assert signing.secret(endpoint) != before
    take()
    flow.drain_webhooks()
    assert verified(endpoint, receiver.calls[0]) == [True, False]
    with time_machine.travel(timezone.now() + dt.timedelta(hours=49)):
        assert signing.headers(endpoint, "msg_1", b"{}", timezone.now())["webhook-signature"].count("v1,") == 1


def test_a_new_key_of_ours_leaves_the_others_secrets_good(
    endpoint: WebhookEndpoint, receiver: Receiver, settings: Any
) -> None:
    before = signing.secret(endpoint)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["n" * 40, "o" * 40]}
    new = signing.secret(endpoint)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["o" * 40]}
    old = signing.secret(endpoint)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["n" * 40, "o" * 40]}
    assert len({before, new, old}) == 3
    take()
    flow.drain_webhooks()
    assert len(verified(endpoint, receiver.calls[0])) == 2
    assert verified(endpoint, receiver.calls[0])[0]


def test_an_erased_order_is_told_by_its_reference_alone(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    order = take(fulfillments=(sent(),))
    erase(order, CUSTOMER)
    flow.drain_webhooks()
    assert "order.erased" in receiver.told
    for call in receiver.calls:
        assert json.loads(call.body)["data"] == {"host": "shop", "reference": "1", "is_erased": True}


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://user:secret@example.org/",
        "ftp://example.org/",
        "https:///",
        "https://x:y/",
        "/in",
    ],
)
def test_other_addresses_are_refused_at_their_field(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        WebhookEndpoint(name="ERP", url=url).full_clean()
    assert set(caught.value.message_dict) == {"url"}


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"]
    + ["::1", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "::"],
)
def test_these_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_these_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_name_that_leads_inside_is_not_called(name: str, receiver: Receiver) -> None:
    with Provider(receiver) as provider:
        port = provider.url.rpartition(":")[2]
        with pytest.raises(TemporaryFailure) as caught:
            Api(f"http://{name}:{port}", is_open=lambda host: False).call("POST", "/")
    assert not caught.value.may_have_arrived
    assert receiver.calls == []


def test_a_name_that_leads_inside_as_well_is_not_called(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(TemporaryFailure):
        Api("http://rebound.example", is_open=lambda host: False).call("POST", "/")


def test_an_endpoint_inside_that_nobody_names_fails_and_says_so(
    endpoint: WebhookEndpoint, receiver: Receiver, settings: Any
) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "WEBHOOKS_PRIVATE_HOSTS": []}
    take()
    flow.drain_webhooks()
    assert receiver.calls == []
    assert WebhookDelivery.objects.filter(state=State.PENDING, attempts=1).exists()


def test_old_deliveries_go(endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "CLEANED_AT_ONCE", 1)
    take()
    flow.drain_webhooks()
    telling.ping(endpoint)
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert relay.clean(dt.timedelta(days=30), is_dry=True) == 2
        assert relay.clean(dt.timedelta(days=30), end=time.monotonic()) == 0
        assert relay.clean(dt.timedelta(days=30)) == 2
        assert relay.clean(None) == 0
    assert list(WebhookDelivery.objects.values_list("kind", flat=True)) == [kinds.PING]


def test_an_endpoint_deleted_elsewhere_undoes_nothing(endpoint: WebhookEndpoint) -> None:
    take()
    WebhookEndpoint.objects.all()._raw_delete("default")  # by another process: this one still believes in it
    take(state_text="packed")
    assert Order.objects.get().state_text == "packed"
    assert flow.drain_webhooks() == 0
    assert relay.clean(None) > 0
    assert not WebhookDelivery.objects.exists()


class TestAdmin:
    @pytest.fixture
    def staff(self) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.create_superuser("ada", "ada@shop.example", "x"))
        return client

    def test_an_endpoint_is_made_tried_and_sent_to_again(
        self, staff: Client, endpoint: WebhookEndpoint, receiver: Receiver
    ) -> None:
        add = reverse("admin:order_status_plugin_webhookendpoint_add")
        fields = {"name": "CRM", "url": endpoint.url, "is_active": "on", "hosts": ["shop"], "kinds": ["order.shipped"]}
        assert staff.post(add, {**fields, "url": "http://example.org"}).status_code == 200
        assert staff.post(add, fields).status_code == 302
        made = WebhookEndpoint.objects.get(name="CRM")
        assert (made.hosts, made.kinds) == (["shop"], ["order.shipped"])
        change = reverse("admin:order_status_plugin_webhookendpoint_change", args=[made.pk])
        assert signing.secret(made) in staff.get(change).content.decode()
        listed = reverse("admin:order_status_plugin_webhookendpoint_changelist")
        staff.post(listed, {"action": "send_test", "_selected_action": [made.pk]})
        flow.drain_webhooks()
        assert receiver.told == ["ping"]
        deliveries = reverse("admin:order_status_plugin_webhookdelivery_changelist")
        assert "ping" in staff.get(deliveries).content.decode()
        staff.post(deliveries, {"action": "send_again", "_selected_action": [WebhookDelivery.objects.get().pk]})
        flow.drain_webhooks()
        assert receiver.calls[0].headers["webhook-id"] == receiver.calls[1].headers["webhook-id"]
        before = signing.secret(made)
        staff.post(listed, {"action": "replace_secret", "_selected_action": [made.pk]})
        made.refresh_from_db()
        assert signing.secret(made) != before

    def test_who_may_only_look_does_not_see_the_secret(self, endpoint: WebhookEndpoint) -> None:
        from django.contrib.auth.models import Permission

        user = get_user_model().objects.create_user("lou", password="x", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_webhookendpoint"))
        client = Client()
        client.force_login(user)
        change = reverse("admin:order_status_plugin_webhookendpoint_change", args=[endpoint.pk])
        html = client.get(change).content.decode()
        assert endpoint.url in html
        assert "whsec_" not in html
