"""The file, read as a device reads it: with openssl and the chain to the root, and nothing of ours."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from django.utils import translation

from order_status_plugin.access.erase import erase
from order_status_plugin.access.links import order_url
from order_status_plugin.cms import epoch
from order_status_plugin.cms.brand import BrandSettings
from order_status_plugin.cms.look import PLAIN
from order_status_plugin.events import DeliveryWindow, OrderState, Overlay, ParcelStatus, PaymentState
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.wallet import PICKUP, SHIPPING, build_wallet, wallet_facts
from order_status_plugin.wallet import issuers
from order_status_plugin.wallet.order_file import folder
from order_status_plugin.wallet.package import package
from tests import orders as shop
from tests.cms import brands

from .ca import MERCHANT, ORDER_TYPE, Authority

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wallet")]

#: What Apple's documentation allows.
STATUS = {
    "shipping": {
        "open", "processing", "onTheWay", "outForDelivery", "delivered", "shipped", "issue", "cancelled",
    },
    "pickup": {"open", "processing", "readyForPickup", "pickedUp", "issue", "cancelled"},
}  # fmt: skip
TODAY = dt.datetime.now(dt.UTC).date()
#: What is stored of the order, the content's epoch, and the default site of an order without one.
QUERIES = 7
PNG = b"\x89PNG\r\n\x1a\n a picture"


def place(**more: Any) -> Order:
    return record.order("shop", shop.snapshot(**more), is_import=True)


def sent(*scans: Any, **more: Any) -> Order:
    """Place an order, send it, and let the carrier say something."""
    order = place(fulfillments=(shop.sent(),), **more.pop("order", {}))
    if scans or more:
        record.tracking("aftership", shop.update(*scans, **more))
    order.refresh_from_db()
    return order


def packed(order: Order) -> dict[str, bytes]:
    issuer = issuers.find("wallet")
    assert issuer is not None
    with zipfile.ZipFile(io.BytesIO(package(order, "wallet", issuer))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read(order: Order) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(packed(order)["order.json"])
    return found


def verify(files: dict[str, bytes], folder: Path, ca: Path) -> subprocess.CompletedProcess[bytes]:
    for name in ("manifest.json", "signature"):
        (folder / name).write_bytes(files[name])
    command = "openssl cms -verify -inform DER -in signature -content manifest.json -binary -purpose any -CAfile"
    return subprocess.run([*command.split(), str(ca)], cwd=folder, capture_output=True, check=False)


def test_openssl_verifies_it_up_to_the_root(authority: Authority, tmp_path: Path) -> None:
    files = packed(sent(shop.scan(ParcelStatus.IN_TRANSIT)))
    done = verify(files, tmp_path, authority.folder / "root.pem")
    assert done.returncode == 0, done.stderr
    assert done.stdout == files["manifest.json"]
    told = subprocess.run(
        ["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", "signature"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    signer = told[told.index("signerInfos") :]
    assert {"contentType", "messageDigest", "signingTime"} <= set(re.findall(r"object: (\w+)", signer))
    assert "algorithm: sha256 " in signer
    assert "eContent: <ABSENT>" in told
    assert told.count("subject:") == 2  # the shop's and Apple's, not the root


def test_a_changed_file_or_somebody_elses_signature_fails(authority: Authority, tmp_path: Path) -> None:
    files = packed(sent())
    manifest = files["manifest.json"]
    assert verify({**files, "manifest.json": manifest + b" "}, tmp_path, authority.folder / "root.pem").returncode != 0
    other = tmp_path / "other"
    other.mkdir()
    stranger = Authority(other)
    assert verify(files, tmp_path, other / "root.pem").returncode != 0
    assert stranger.root.certificate != authority.root.certificate


def test_the_manifest_has_the_digest_of_every_other_file(wallet: dict[str, Any], authority: Authority) -> None:
    wallet["logo"] = authority.write("logo.png", PNG)
    files = packed(sent(order={"locale": "fr"}))
    manifest = json.loads(files.pop("manifest.json"))
    del files["signature"]
    assert manifest == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert files["logo.png"] == PNG
    assert json.loads(files["order.json"])["merchant"]["logo"] == "logo.png"


def test_the_brands_logo_stands_in_where_the_channel_has_none(
    wallet: dict[str, Any], authority: Authority, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    order = sent()
    assert "logo.png" not in packed(order)
    epoch.follow(BrandSettings)
    brands.brand(logo=str(brands.image().pk))
    files = packed(order)
    with PIL.Image.open(io.BytesIO(files["logo.png"])) as picture:
        assert (picture.format, picture.size) == ("PNG", (480, 160))
    assert json.loads(files["order.json"])["merchant"]["logo"] == "logo.png"
    wallet["logo"] = authority.write("logo.png", PNG)
    assert packed(order)["logo.png"] == PNG, "the channel's own goes first"


def test_a_language_more_costs_no_query(settings: Any, django_assert_num_queries: Any) -> None:
    order = sent(shop.scan(ParcelStatus.IN_TRANSIT))
    packed(order)  # fills what is read once an epoch
    settings.LANGUAGES = [("en", "English")]
    with django_assert_num_queries(QUERIES):
        packed(order)
    settings.LANGUAGES = [(code, code) for code in ["en", "fr", "de", "es", "it", "nl", "pl", "pt-br", "ar", "ja"]]
    with django_assert_num_queries(QUERIES):
        assert sum(name.endswith(".strings") for name in packed(order)) == 9


def test_it_says_what_the_private_page_says() -> None:
    noon = dt.datetime.combine(TODAY + dt.timedelta(days=2), dt.time(10))
    window = DeliveryWindow(earliest=noon, latest=noon + dt.timedelta(hours=4), stated_at=dt.datetime.now(dt.UTC))
    order = sent(shop.scan(ParcelStatus.IN_TRANSIT), window=window)
    told = read(order)
    assert {name: told[name] for name in ("schemaVersion", "orderType", "orderTypeIdentifier", "status")} == {
        "schemaVersion": 1, "orderType": "ecommerce", "orderTypeIdentifier": ORDER_TYPE, "status": "open",
    }  # fmt: skip
    assert told["orderNumber"] == "TS-20418"
    assert told["orderManagementURL"] == order_url(order)
    assert told["orderIdentifier"] == order.locator
    assert told["merchant"] == {
        "displayName": "Tilia & Sal", "merchantIdentifier": MERCHANT, "url": "https://shop.example/",
    }  # fmt: skip
    assert told["payment"] == {"total": {"amount": "44.00", "currency": "EUR"}, "status": "paid"}
    assert told["lineItems"][0] == {
        "title": "Bowl a", "subtitle": "Ash glaze", "quantity": 2, "price": {"amount": "25.00", "currency": "EUR"},
    }  # fmt: skip
    assert dt.datetime.fromisoformat(told["updatedAt"]) >= dt.datetime.fromisoformat(told["createdAt"])
    assert told["webServiceURL"] == "https://shop.example/orders/wallet/wallet/"
    assert len(told["authenticationToken"]) >= 16
    [parcel] = told["fulfillments"]
    assert (parcel["fulfillmentType"], parcel["status"], parcel["carrier"]) == ("shipping", "onTheWay", "UPS")
    assert parcel["trackingNumber"] == shop.UPS
    assert shop.UPS in parcel["trackingURL"]
    assert [item["quantity"] for item in parcel["lineItems"]] == [2, 1]
    assert parcel["statusDescription"].startswith("In transit. Arriving")
    assert parcel["estimatedDeliveryWindowDuration"] == "PT4H"
    expected = dt.datetime.fromisoformat(parcel["estimatedDeliveryAt"])
    assert expected.replace(tzinfo=None) == noon
    assert expected.utcoffset() in (dt.timedelta(hours=1), dt.timedelta(hours=2))  # in Amsterdam


def test_a_day_is_told_as_a_day_and_of_several_the_last() -> None:
    day = TODAY + dt.timedelta(days=2)
    window = DeliveryWindow(earliest=day, latest=day + dt.timedelta(days=1), stated_at=dt.datetime.now(dt.UTC))
    [parcel] = read(sent(shop.scan(ParcelStatus.IN_TRANSIT), window=window))["fulfillments"]
    assert parcel["estimatedDeliveryAt"].startswith(f"{day + dt.timedelta(days=1)}T12:00:00")
    assert "estimatedDeliveryWindowDuration" not in parcel


def test_a_day_that_passed_is_promised_no_more() -> None:
    day = TODAY - dt.timedelta(days=2)
    window = DeliveryWindow(earliest=day, latest=day, stated_at=dt.datetime.now(dt.UTC))
    [parcel] = read(sent(shop.scan(ParcelStatus.IN_TRANSIT), window=window))["fulfillments"]
    assert "estimatedDeliveryAt" not in parcel


@pytest.mark.parametrize("status", [status for status in ParcelStatus if status is not ParcelStatus.CANCELLED])
def test_every_status_has_a_word_that_apple_knows(status: ParcelStatus) -> None:
    assert set(SHIPPING) | set(PICKUP) == set(ParcelStatus)
    [parcel] = read(sent(shop.scan(status)))["fulfillments"]
    assert parcel["status"] in STATUS[parcel["fulfillmentType"]]
    assert parcel["statusDescription"]


def test_unknown_is_never_a_guess() -> None:
    [parcel] = read(sent(shop.scan(ParcelStatus.UNKNOWN)))["fulfillments"]
    assert parcel["status"] == "shipped"  # the shop said so
    assert not {"deliveredAt", "estimatedDeliveryAt"} & set(parcel)
    order = place(reference="2", number="TS-2", fulfillments=(shop.sent(carrier="Foot courier", number="X-1"),))
    [parcel] = read(order)["fulfillments"]
    assert (parcel["status"], parcel["carrier"], parcel["statusDescription"]) == ("shipped", "Foot courier", "Sent")


def test_a_label_is_not_yet_on_its_way() -> None:
    [parcel] = read(sent(shop.scan(ParcelStatus.LABEL_CREATED)))["fulfillments"]
    assert parcel["status"] == "processing"
    assert "shippedAt" not in parcel


def test_trouble_is_an_issue_until_it_is_over() -> None:
    stopped = sent(shop.scan(ParcelStatus.IN_TRANSIT, overlay=Overlay.EXCEPTION))
    [parcel] = read(stopped)["fulfillments"]
    assert parcel["status"] == "issue"
    record.tracking("aftership", shop.update(shop.scan(ParcelStatus.DELIVERED, 5)))
    stopped.refresh_from_db()
    told = read(stopped)
    assert told["status"] == "completed"
    assert told["fulfillments"][0]["status"] == "delivered"
    assert told["fulfillments"][0]["deliveredAt"]


def test_a_parcel_at_a_counter_is_a_pickup() -> None:
    order = sent(
        shop.scan(ParcelStatus.READY_FOR_PICKUP),
        pickup_place="Kiosk Noor, Markt 1, Amsterdam",
        pickup_hours="Mon 9 to 17",
    )
    [parcel] = read(order)["fulfillments"]
    assert (parcel["fulfillmentType"], parcel["status"]) == ("pickup", "readyForPickup")
    assert parcel["displayName"] == "Kiosk Noor"
    assert parcel["notes"] == "Markt 1\nAmsterdam\nMon 9 to 17"


def test_a_parcel_keeps_its_name_and_two_have_two() -> None:
    order = sent(shop.scan(ParcelStatus.IN_TRANSIT))
    [one] = read(order)["fulfillments"]
    record.tracking("aftership", shop.update(shop.scan(ParcelStatus.DELIVERED, 5)))
    order.refresh_from_db()
    [again] = read(order)["fulfillments"]
    assert one["fulfillmentIdentifier"] == again["fulfillmentIdentifier"]
    half = [(("a", 1),), (("a", 1), ("b", 1))]
    two = place(reference="2", number="TS-2", fulfillments=tuple(
        shop.sent(f"f{number}", lines, number=f"1Z999AA1012345679{number}") for number, lines in enumerate(half)
    ))  # fmt: skip
    assert len({parcel["fulfillmentIdentifier"] for parcel in read(two)["fulfillments"]}) == 2


def test_the_person_stays_out_and_the_address_unless_the_shop_says_so(wallet: dict[str, Any]) -> None:
    order = sent(shop.scan(ParcelStatus.IN_TRANSIT))
    text = packed(order)["order.json"].decode()
    allowed = {shop.UPS, "TS-20418"}
    assert [word for word in shop.PERSONAL if word in text and word not in allowed] == []
    for almost in (1, "yes", "False"):
        wallet["address"] = almost
        assert "Lindenlaan" not in packed(order)["order.json"].decode()
    wallet["address"] = True
    [parcel] = read(order)["fulfillments"]
    assert parcel["recipient"] == {
        "address": {
            "addressLines": ["Lindenlaan 14"], "postalCode": "1015 AB", "locality": "Amsterdam", "countryCode": "NL",
        }
    }  # fmt: skip
    assert "Noor de Vries" not in packed(order)["order.json"].decode()


def test_money_that_nobody_named_is_left_out() -> None:
    order = place(payment=PaymentState.UNKNOWN, currency="", total=None)
    told = read(order)
    assert "payment" not in told
    assert "price" not in told["lineItems"][0]


def test_a_cancelled_order_is_closed() -> None:
    assert read(place(state=OrderState.CANCELLED))["status"] == "cancelled"


def test_it_is_in_the_orders_language_and_in_the_others_that_the_shop_has(settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("fr", "French"), ("pt-br", "Portuguese"), ("xx", "Nobody's")]
    day = TODAY + dt.timedelta(days=2)
    window = DeliveryWindow(earliest=day, latest=day, stated_at=dt.datetime.now(dt.UTC))
    order = sent(shop.scan(ParcelStatus.IN_TRANSIT), window=window, order={"locale": "fr"})
    files = packed(order)
    assert {name for name in files if "lproj" in name} == {"en.lproj/order.strings", "pt-BR.lproj/order.strings"}
    own = json.loads(files["order.json"])
    pairs = dict(
        re.findall(r'^"((?:[^"\\]|\\.)*)" = "((?:[^"\\]|\\.)*)";$', files["en.lproj/order.strings"].decode(), re.M)
    )
    assert pairs[own["statusDescription"]].startswith("In transit.")
    assert pairs[own["fulfillments"][0]["statusDescription"]].startswith("In transit. Arriving")
    with translation.override("ar"):  # whatever language the server happens to speak
        assert json.loads(packed(order)["order.json"])["statusDescription"] == own["statusDescription"]


def test_languages_are_spelled_as_apple_does() -> None:
    assert [folder(code) for code in ("fr", "pt-br", "zh-hans", "zh-hant-tw")] == [
        "fr.lproj", "pt-BR.lproj", "zh-Hans.lproj", "zh-Hant-TW.lproj",
    ]  # fmt: skip


def test_words_of_the_shop_cannot_break_out_of_a_text() -> None:
    from order_status_plugin.wallet.order_file import strings

    order = place()
    facts = wallet_facts(order)
    assert facts is not None
    view = build_wallet(order, facts, PLAIN)
    hostile = dataclasses.replace(view, description='a "quoted" \\ line\nand "x" = "y";')
    written = strings(hostile, view).decode()
    assert written.count("\n") == 1
    assert '\\"quoted\\" \\\\ line\\nand' in written


def test_without_tls_there_is_no_service_to_ask(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_URL": "http://shop.example"}
    told = read(place())
    assert not {"webServiceURL", "authenticationToken"} & set(told)


def test_an_erased_order_has_no_file() -> None:
    order = sent()
    erase(order, "test")
    order.refresh_from_db()
    assert wallet_facts(order) is None
    with pytest.raises(ValueError, match="erased"):
        packed(order)
