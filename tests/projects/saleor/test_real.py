"""Against a real Saleor: ``make test-saleor SALEOR_API_URL=http://127.0.0.1:8000/graphql/``.

It installs the app in it, places an order, sends it in two parts, changes a number, has a delivery fail and come
again, asks for the page with the dashboard's token, and takes the app out. The manual says how to run a Saleor.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.conf import settings
from django.db import DatabaseError
from django.test import Client

from order_status_plugin.access.links import order_path, order_url
from order_status_plugin.hosts.saleor.models import SaleorInstall
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking.models import Fulfillment, Order, Parcel

URL = settings.SALEOR_API_URL
EMAIL, PASSWORD = os.environ.get("SALEOR_EMAIL", "admin@example.com"), os.environ.get("SALEOR_PASSWORD", "admin")
FIRST, LATER = "1Z999AA10123456784", "RR123456785GB"

ADDRESS = {
    "firstName": "Ann",
    "lastName": "Example",
    "streetAddress1": "1 Made-up Street",
    "city": "New York",
    "postalCode": "10001",
    "country": "US",
    "countryArea": "NY",
}


class Staff:
    """A member of staff of this Saleor, over GraphQL."""

    def __init__(self) -> None:
        self.token, self.since = "", 0.0

    def __call__(self, query: str, **variables: Any) -> Any:
        if time.monotonic() - self.since > 200:  # a token lasts five minutes
            sign_in = "mutation($e: String!, $p: String!) { tokenCreate(email: $e, password: $p) { token } }"
            self.token = self._ask(sign_in, {"e": EMAIL, "p": PASSWORD}, {})["tokenCreate"]["token"]
            self.since = time.monotonic()
        return self._ask(query, variables, {"Authorization": f"Bearer {self.token}"})

    def _ask(self, query: str, variables: dict[str, Any], headers: dict[str, str]) -> Any:
        answer = requests.post(URL, json={"query": query, "variables": variables}, headers=headers, timeout=180)
        said = answer.json()
        assert "errors" not in said, said
        for name, result in said["data"].items():
            assert not (isinstance(result, dict) and result.get("errors")), (name, result)
        return said["data"]


def wait(what: Callable[[], Any], seconds: float = 120) -> Any:
    """Return what ``what`` returns once that is true."""
    ends = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.2)
    return found


def numbers() -> set[str]:
    return set(Parcel.objects.filter(is_withdrawn=False).values_list("tracking_number", flat=True))


def place(staff: Staff) -> dict[str, Any]:
    """Place an order of two pieces."""
    found = staff(
        """{ channels { id slug isActive }
             warehouses(first: 20) { edges { node { id } } }
             products(first: 30, channel: "default-channel") { edges { node {
               productType { isShippingRequired }
               variants { id stocks { quantity quantityAllocated warehouse { id } } } } } } }"""
    )
    channel = next(each for each in found["channels"] if each["slug"] == "default-channel")
    variant, warehouse = next(
        (variant["id"], stock["warehouse"]["id"])
        for edge in found["products"]["edges"]
        if edge["node"]["productType"]["isShippingRequired"]
        for variant in edge["node"]["variants"]
        for stock in variant["stocks"] or ()
        if stock["quantity"] - stock["quantityAllocated"] > 5
    )
    draft = staff(
        """mutation($input: DraftOrderCreateInput!) {
             draftOrderCreate(input: $input) { errors { field message } order { id shippingMethods { id } } } }""",
        input={
            "channelId": channel["id"],
            "userEmail": "ann@example.com",
            "shippingAddress": ADDRESS,
            "billingAddress": ADDRESS,
            "lines": [{"variantId": variant, "quantity": 2}],
        },
    )["draftOrderCreate"]["order"]
    staff(
        """mutation($id: ID!, $method: ID!) {
             orderUpdateShipping(order: $id, input: {shippingMethod: $method}) { errors { field message } } }""",
        id=draft["id"],
        method=draft["shippingMethods"][0]["id"],
    )
    done = staff(
        """mutation($id: ID!) {
             draftOrderComplete(id: $id) { errors { field message } order { id number lines { id } } } }""",
        id=draft["id"],
    )["draftOrderComplete"]["order"]
    return {**done, "warehouse": warehouse}


def fulfil(staff: Staff, order: dict[str, Any], number: str = "") -> str:
    """Send one piece."""
    line = {"orderLineId": order["lines"][0]["id"], "stocks": [{"quantity": 1, "warehouse": order["warehouse"]}]}
    given = staff(
        """mutation($id: ID!, $input: OrderFulfillInput!) {
             orderFulfill(order: $id, input: $input) { errors { field message code } fulfillments { id } } }""",
        id=order["id"],
        input={"lines": [line], "notifyCustomer": False, "trackingNumber": number},
    )
    return str(given["orderFulfill"]["fulfillments"][-1]["id"])


@pytest.mark.django_db(transaction=True)
def test_from_the_installation_to_its_end(live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Saleor asks for a manifest without the port in its Host header.
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_URL": live_server.url}
    staff = Staff()
    manifest = f"{live_server.url}/orders/saleor/saleor/manifest.json"
    requests.get(manifest, timeout=60)  # the first answer takes longer than a Saleor waits

    # --- install ------------------------------------------------------------------------------------
    staff(
        """mutation($input: AppInstallInput!) {
             appInstall(input: $input) { errors { field message } appInstallation { id status message } } }""",
        input={
            "appName": "Order status page",
            "manifestUrl": manifest,
            "permissions": ["MANAGE_ORDERS"],
            "activateAfterInstallation": True,
        },
    )
    install = wait(SaleorInstall.objects.first)
    assert install.api_url == URL

    # --- an order, in two parts, with a number that comes later ---------------------------------------
    placed = place(staff)
    order = wait(Order.objects.filter(reference=placed["id"]).exclude(read_at=None).first)
    assert (order.number, order.headline) == (placed["number"], "confirmed")
    fulfil(staff, placed, FIRST)
    wait(lambda: numbers() == {FIRST})
    assert Order.objects.get().headline in ("sent", "in_transit")
    second = fulfil(staff, placed)
    wait(lambda: Fulfillment.objects.count() == 2)
    staff(
        """mutation($id: ID!, $number: String!) {
             orderFulfillmentUpdateTracking(id: $id, input: {trackingNumber: $number, notifyCustomer: false}) {
               errors { field message } } }""",
        id=second,
        number=LATER,
    )
    wait(lambda: numbers() == {FIRST, LATER})

    # --- the link -------------------------------------------------------------------------------------
    order = Order.objects.get()
    kept = staff('query($id: ID!) { order(id: $id) { privateMetafield(key: "order_status_url") } }', id=placed["id"])
    assert kept["order"]["privateMetafield"] == order_url(order)
    page = Client().get(order_path(order)).content.decode()
    assert placed["id"].rstrip("=") not in page

    # --- a delivery that fails at ours comes again, and is one message ----------------------------------
    store, failed = inbox.store, []

    def fail_once(*args: Any, **kwargs: Any) -> Any:
        if len(failed) < 1:
            failed.append(args)
            raise DatabaseError("trouble of ours")
        return store(*args, **kwargs)

    monkeypatch.setattr(inbox, "store", fail_once)
    staff(
        """mutation($id: ID!) {
             orderFulfillmentUpdateTracking(id: $id, input: {trackingNumber: "RR999999995GB", notifyCustomer: false}) {
               errors { field message } } }""",
        id=second,
    )
    wait(lambda: "RR999999995GB" in numbers())
    assert failed
    assert not InboxMessage.objects.filter(state=inbox.State.FAILED).exists()

    # --- the dashboard --------------------------------------------------------------------------------
    found = staff("query($id: ID!) { app(id: $id) { extensions { accessToken } } }", id=install.app_id)
    extensions = found["app"]["extensions"]
    assert len(extensions) == 2
    for extension, name, status in zip(extensions, ("open", "widget"), (303, 200), strict=True):
        form = {
            "orderId": placed["id"],
            "accessToken": extension["accessToken"],
            "appId": install.app_id,
            "saleorApiUrl": URL,
        }
        client = Client()
        response = client.post(f"/orders/saleor/saleor/{name}/", form)
        assert response.status_code == status
        if name == "open":
            assert "Made-up" in client.get(order_path(order)).content.decode()
            changed = {**form, "accessToken": form["accessToken"][:-8] + "AAAAAAAA"}
            assert Client().post("/orders/saleor/saleor/open/", changed).status_code == 403

    # --- the end --------------------------------------------------------------------------------------
    staff("mutation($id: ID!) { appDelete(id: $id) { errors { field message } } }", id=install.app_id)
    wait(lambda: not SaleorInstall.objects.exists())
