"""The wallet's channel against a push service that speaks HTTP/2 and wants a certificate."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.utils import timezone

from order_status_plugin.backends import get_channel
from order_status_plugin.channels.base import Channel, Message, Receipt
from order_status_plugin.channels.wallet import APNS, WalletChannel
from order_status_plugin.events import ContactSnapshot, Medium, ParcelStatus, PaymentState
from order_status_plugin.exceptions import AccessDenied, GoneRecipient, PermanentFailure, TemporaryFailure
from order_status_plugin.messages import relay, subscriptions
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.subscriptions import Subscription
from order_status_plugin.messages.told import messages_of
from order_status_plugin.messages.withheld import NO_DEVICE
from order_status_plugin.signals import customer_notified
from order_status_plugin.testing.channels import ChannelContract
from tests.messages import shop
from tests.wallet.apns import Apns, Says
from tests.wallet.ca import BACKEND, ORDER_TYPE, Authority, issue
from tests.wallet.fixtures import apns as apns
from tests.wallet.fixtures import authority as authority

PHONE = "0123456789abcdef" * 4
TABLET = "ab" * 32


def made(authority: Authority, apns: Apns, **more: Any) -> WalletChannel:
    root = str(authority.folder / "root.pem")
    return WalletChannel("wallet", authority.options(endpoint=apns.url, ca=root, **more))


def message(number: int = 1, recipient: str = PHONE) -> Message:
    return Message(
        key=f"{number:032x}", recipient=recipient, subject="", text="On its way. Order TS-1", milestone="shipped"
    )


class TestContract(ChannelContract):
    reachable = ContactSnapshot(name="Noor", email="noor@example.org", phone="+31612345678")
    authority: ClassVar[Authority]

    @pytest.fixture(autouse=True)
    def _service(self, authority: Authority, apns: Apns) -> None:
        self.made, self.apns = made(authority, apns), apns

    def make_channel(self) -> Channel:
        return self.made

    def break_down(self) -> None:
        self.made.options = {**self.made.options, "endpoint": "https://127.0.0.1:1"}

    def refuse(self, recipient: str) -> None:
        self.apns.says[recipient] = Says(400, "BadDeviceToken")

    def delivered(self) -> Sequence[str]:
        return [push.path.removeprefix("/3/device/") for push in self.apns.taken]

    def recipient(self) -> str:
        return PHONE

    def refused(self) -> str:
        return TABLET


def test_a_push_says_look_again_and_nothing_else(authority: Authority, apns: Apns) -> None:
    channel = made(authority, apns)
    assert (channel.medium, channel.subscribes, channel.rings) == (Medium.WALLET, True, False)
    [receipt] = channel.send([message()]).values()
    [push] = apns.taken
    assert (push.path, push.body) == (f"/3/device/{PHONE}", b"{}")
    assert push.headers["apns-topic"] == ORDER_TYPE
    assert push.sender == f"Order Type ID: {ORDER_TYPE}"
    assert "authorization" not in push.headers
    assert push.headers["apns-id"] == str(uuid.UUID(f"{1:032x}"))
    assert receipt == Receipt(provider_id=push.headers["apns-id"])
    assert not any("TS-1" in value for value in push.headers.values())
    ends = dt.datetime.fromtimestamp(int(push.headers["apns-expiration"]), dt.UTC)
    assert dt.timedelta(hours=23) < ends - dt.datetime.now(dt.UTC) <= dt.timedelta(days=1)


def test_a_session_is_one_connection(authority: Authority, apns: Apns) -> None:
    channel = made(authority, apns)
    with channel.session():
        channel.send([message(1), message(2, TABLET)])
        channel.send([message(3)])
    assert (apns.connections, len(apns.taken)) == (1, 3)


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (Says(410, "Unregistered"), GoneRecipient),
        (Says(410), GoneRecipient),
        (Says(429, "TooManyRequests", {"retry-after": "7"}), TemporaryFailure),
        (Says(500, "InternalServerError"), TemporaryFailure),
        (Says(503, "Shutdown"), TemporaryFailure),
        (Says(403, "BadCertificateEnvironment"), AccessDenied),
        (Says(400, "BadDeviceToken"), PermanentFailure),
        (Says(302, "", {"location": "https://169.254.169.254/"}), PermanentFailure),
    ],
)
def test_what_apple_says_becomes_our_word_for_it(authority: Authority, apns: Apns, says: Says, kind: type) -> None:
    apns.says[PHONE] = says
    results = made(authority, apns).send([message(1), message(2, TABLET)])
    error = results[f"{1:032x}"]
    assert type(error) is kind
    assert str(says.status) in str(error)
    assert says.reason in str(error)
    assert PHONE not in str(error)
    assert isinstance(results[f"{2:032x}"], Receipt)  # one refusal stops no other
    if says.status == 429:
        assert isinstance(error, TemporaryFailure)
        assert error.retry_after == 7


def test_a_push_service_whom_nobody_vouches_for_is_told_nothing(authority: Authority, apns: Apns) -> None:
    channel = WalletChannel("wallet", authority.options(endpoint=apns.url))
    [error] = channel.send([message()]).values()
    assert isinstance(error, TemporaryFailure)
    assert not error.may_have_arrived
    assert apns.taken == []


def test_a_strangers_certificate_is_not_let_in(authority: Authority, apns: Apns) -> None:
    stranger = issue("stranger", user_id=ORDER_TYPE)
    channel = made(authority, apns)
    channel.options = {
        **channel.options,
        **{k: v for k, v in authority.options(stranger).items() if k != "wwdr_certificate"},
    }
    [error] = channel.send([message()]).values()
    assert isinstance(error, TemporaryFailure)
    assert apns.taken == []


@pytest.mark.parametrize("token", ["../../x", "a" * 500, "", "0123456789abcdef%2e", "ａ" * 32])
def test_a_token_is_never_another_address(authority: Authority, apns: Apns, token: str) -> None:
    [error] = made(authority, apns).send([message(recipient=token)]).values()
    assert isinstance(error, PermanentFailure)
    assert apns.connections == 0 or apns.taken == []


# --- through the outbox -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_news_of_an_order_reach_the_devices_that_hold_it(authority: Authority, apns: Apns, settings: Any) -> None:
    options = made(authority, apns).options
    given = settings.ORDER_STATUS
    settings.ORDER_STATUS = {**given, "CHANNELS": {"wallet": {"BACKEND": BACKEND, "OPTIONS": options}}}
    order = shop.place(parcels=1)
    subscriptions.add(order, "wallet", PHONE, "en")
    subscriptions.add(order, "wallet", TABLET, "en")
    apns.says[TABLET] = Says(410, "Unregistered")
    shop.scan(ParcelStatus.OUT_FOR_DELIVERY)
    OutboxMessage.objects.update(due_at=timezone.now())
    relay.drain()
    assert not OutboxMessage.objects.filter(channel="wallet").exclude(milestone="update").exists()
    states = dict(OutboxMessage.objects.filter(channel="wallet").values_list("state", "reason"))
    assert set(states) == {OutboxMessage.State.SENT, OutboxMessage.State.DEAD}
    assert {push.path.rpartition("/")[2] for push in apns.taken} == {PHONE}
    gone = Subscription.objects.exclude(gone_at=None)
    assert [row.recipient for row in gone] == [""]


@pytest.mark.django_db
def test_every_change_is_one_push_also_what_nobody_is_told_of(authority: Authority, apns: Apns, settings: Any) -> None:
    told: list[str] = []

    def notified(sender: object, milestone: str, **kwargs: Any) -> None:
        told.append(milestone)

    options = made(authority, apns).options
    entry = {"BACKEND": BACKEND, "OPTIONS": options}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CHANNELS": {"wallet": entry}, "MILESTONES": []}
    order = shop.place()
    subscriptions.add(order, "wallet", PHONE, "en")
    for change in ({"payment": PaymentState.PARTLY_REFUNDED}, {"parcels": 1, "notify_customer": False}):
        before = len(apns.taken)
        shop.place(**change)
        relay.drain()
        assert len(apns.taken) == before + 1, change
    customer_notified.connect(notified)
    try:
        for day in (2, 3, 4):  # three changes before a relay comes are one push
            shop.scan(ParcelStatus.IN_TRANSIT, ago=day, message=f"day {day}")
        relay.drain()
    finally:
        customer_notified.disconnect(notified)
    assert len(apns.taken) == 3
    assert told == []
    shop.scan(ParcelStatus.IN_TRANSIT, ago=4, message="day 4")  # said already
    subscriptions.remove(order, "wallet", PHONE)
    shop.scan(ParcelStatus.OUT_FOR_DELIVERY)
    relay.drain()
    assert len(apns.taken) == 3
    assert messages_of(order) == []


@pytest.mark.django_db
def test_an_update_that_waits_for_its_device_is_held_back_when_that_left(
    authority: Authority, apns: Apns, settings: Any
) -> None:
    entry = {"BACKEND": BACKEND, "OPTIONS": made(authority, apns).options}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CHANNELS": {"wallet": entry}}
    order = shop.place()
    subscriptions.add(order, "wallet", PHONE, "en")
    shop.place(parcels=1)
    subscriptions.remove(order, "wallet", PHONE)
    relay.drain()
    assert apns.taken == []
    assert set(order.messages.values_list("state", "reason")) == {("held", NO_DEVICE)}


# --- system checks ------------------------------------------------------------------------------------


def ids(options: dict[str, Any]) -> set[str]:
    return {each.id.removeprefix("order_status.") for each in WalletChannel("wallet", options).check() if each.id}


def test_what_apple_issued_is_in_order(authority: Authority) -> None:
    assert ids(authority.options()) == set()
    assert ids(authority.options(endpoint=APNS)) == set()
    assert WalletChannel("wallet", authority.options()).is_ready()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"order_type": ""}, {"E331", "E334"}),
        ({"order_type": "pass.example.shop"}, {"E331", "E334"}),
        ({"order_type": "order.example.other"}, {"E334"}),
        ({"merchant": "example"}, {"E331"}),
        ({"certificate": ""}, {"E332"}),
        ({"certificate": "/nowhere/at.all"}, {"E332"}),
        ({"private_key": __file__}, {"E332"}),
        ({"certificate": __file__}, {"E332"}),
        ({"wwdr_certificate": __file__}, {"E332"}),
        ({"endpoint": "http://push.example"}, {"E337"}),
        ({"endpoint": "https://push.example/path"}, {"E337"}),
        ({"logo": "/nowhere/at.all"}, {"W331"}),
        ({"logo": __file__}, {"W331"}),
    ],
)
def test_what_is_wrong_is_named(authority: Authority, changed: dict[str, str], told: set[str]) -> None:
    assert ids(authority.options(**changed)) == told


def test_certificates_that_do_not_belong_together_are_named(authority: Authority) -> None:
    options = authority.options()
    other_key = authority.write("other.key", issue("other").key_pem())
    assert ids({**options, "private_key": other_key}) == {"E333"}
    root = str(authority.folder / "root.pem")
    assert ids({**options, "wwdr_certificate": root}) == {"E335"}


def test_the_end_of_a_certificate_is_named_before_and_after_it(authority: Authority) -> None:
    for lasts, told in ((dt.timedelta(days=20), {"W330"}), (dt.timedelta(days=-1), {"E336"})):
        shop_until = issue("x", authority.intermediate, user_id=ORDER_TYPE, lasts=lasts)
        assert ids(authority.options(shop_until)) == told


def test_a_key_may_have_a_password(authority: Authority, apns: Apns) -> None:
    key = authority.write("locked.key", authority.shop.key_pem("secret"))
    assert ids(authority.options(private_key=key)) == {"E332"}
    assert ids(authority.options(private_key=key, private_key_password="wrong")) == {"E332"}
    channel = made(authority, apns, private_key=key, private_key_password="secret")
    assert channel.check() == []
    [receipt] = channel.send([message()]).values()
    assert isinstance(receipt, Receipt)


def test_a_missing_package_is_named(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("order_status_plugin.channels.wallet._is_installed", lambda name: name != "h2")
    [told] = WalletChannel("wallet", authority.options()).check()
    assert (told.id, "h2" in told.msg) == ("order_status.E330", True)


def test_a_renewed_certificate_is_read_without_a_restart(authority: Authority, tmp_path: Path) -> None:
    import os

    options = authority.options()
    channel = WalletChannel("wallet", options)
    assert channel.is_ready()
    path = Path(options["certificate"])
    before = path.read_bytes()
    try:
        path.write_text("nothing")
        os.utime(path, ns=(1, 1))
        assert not channel.is_ready()
    finally:
        path.write_bytes(before)


def test_it_is_found_by_its_dotted_path(authority: Authority, settings: Any) -> None:
    entry = {"BACKEND": BACKEND, "OPTIONS": authority.options()}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CHANNELS": {"wallet": entry}}
    assert get_channel("wallet").application_server_key() == ORDER_TYPE
