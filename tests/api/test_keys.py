"""Who may call what: keys, their scopes, their end; and that nothing crosses from one shop to another."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext_lazy
from wagtail import hooks

from order_status_plugin.access import api_keys
from order_status_plugin.access.api_keys import ApiKey, Scope
from order_status_plugin.access.audit import Action
from order_status_plugin.access.models import AuditEntry
from order_status_plugin.events import Recommendation, Tier
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.extra import Field
from tests.orders import snapshot

from .caller import ROOT, UPS, Caller, order

#: A call for each scope.
CALLS: dict[str, tuple[tuple[str, str, Any], ...]] = {
    "orders:write": (
        ("PUT", "/A-1", order()),
        ("PUT", "/A-1/fulfillments/s1", {}),
        ("DELETE", "/A-1/fulfillments/s9", None),
        ("PUT", f"/A-1/fulfillments/s1/parcels/{UPS}", {"carrier": "UPS"}),
        ("DELETE", "/A-1/fulfillments/s1/parcels/NONE", None),
    ),
    "orders:read": (("GET", "/A-1", None), ("GET", "?number=W-20418", None), ("GET", "/A-1/view", None)),
    "events:write": (("POST", f"/A-1/fulfillments/s1/parcels/{UPS}/events", {"next_step": "Ring the bell."}),),
    "notes:write": (("POST", "/A-1/notes", {"text": "Hello"}),),
    "claims:write": (("POST", "/A-1/claims", None),),
}


def test_a_key_may_what_its_scope_says_and_nothing_else(shop: Caller) -> None:
    shop("PUT", "/A-1", order())
    for scope in Scope.values:
        caller = Caller(scopes=(scope,))
        for needed, calls in CALLS.items():
            for method, path, body in calls:
                status = caller(method, path, body).status_code
                assert status == 200 if needed == scope else status == 403, (scope, method, path, status)


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer osp_", "Basic YTpi", "Bearer {prefix}", "Bearer {text}x", "{text}", "Bearer é"]
)
def test_nobody_calls_without_a_key(shop: Caller, given: str) -> None:
    header = given.format(prefix=f"osp_{shop.key.prefix}_", text=shop.text)
    response = Client().get(f"{ROOT}/hosts/push/orders/A-1", headers={"authorization": header})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response["Content-Type"] == "application/problem+json"


def parcels(caller: Caller) -> list[dict[str, Any]]:
    return [one for each in caller("GET", "/A-1").json()["fulfillments"] for one in each["parcels"]]


def test_nothing_crosses_from_one_shop_to_another(shop: Caller) -> None:
    shop("PUT", "/A-1", order())
    other = Caller("other")
    for calls in CALLS.values():
        for method, path, body in calls:
            assert other(method, path, body, alias="push").status_code == 403, (method, path)
            if path != "/A-1" or method == "GET":
                found = other(method, path, body)
                assert found.status_code == 404 or found.json() == {"orders": []}, (method, path)
    # The same reference, number and parcel are another's, too.
    assert other("PUT", "/A-1", order(), idempotency_key="k").status_code == 201
    assert shop("PUT", "/A-1", order(), idempotency_key="k").status_code == 200
    event = {"events": [{"status": "delivered", "happened_at": "2026-11-25T09:30:00Z"}]}
    other("POST", f"/A-1/fulfillments/s1/parcels/{UPS}/events", event)
    headlines = dict(Order.objects.values_list("host", "headline"))
    assert (headlines["push"], headlines["other"]) == ("in_transit", "in_transit")
    assert [parcel["status"] for shop_ in (shop, other) for parcel in parcels(shop_)] == ["confirmed", "delivered"]
    assert other("GET", "/A-1").json()["link"] != shop("GET", "/A-1").json()["link"]
    assert set(InboxMessage.objects.values_list("alias", flat=True)) == {"push", "other"}


def test_a_shop_that_does_not_call_is_read_alone(shop: Caller, settings: Any) -> None:
    settings.ORDER_STATUS["HOSTS"]["demo"] = {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}
    for alias in ("demo", "gone"):
        caller = Caller(alias)
        for method, path, body in (("PUT", "/A-1", order()), ("GET", "/A-1", None), ("POST", "/A-1/claims", None)):
            assert caller(method, path, body).status_code == 404
    record.order("demo", snapshot(reference="A-1", number="W-20418"))
    for scope, calls in CALLS.items():
        for method, path, body in calls:
            assert Caller("demo")(method, path, body).status_code == (200 if scope == "orders:read" else 404), path
            assert Caller("gone")(method, path, body).status_code == 404
    seen = Caller("demo")("GET", "/A-1/view?tier=private").json()
    assert (seen["tier"], seen["private"]["number"]) == ("private", "W-20418")
    assert [each["reference"] for each in Caller("demo")("GET", "?number=W-20418").json()["orders"]] == ["A-1"]


def test_a_storefront_reads_what_the_shop_and_the_project_add(
    shop: Caller, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ORDER_STATUS["HOSTS"]["demo"] = {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}
    offered = Recommendation(title="Salt jar", url="/salt-jar/")
    monkeypatch.setattr(DemoHost, "recommendations", lambda self, reference, most: [offered])
    record.order("demo", snapshot(reference="A-1"))

    def fields(found: list[Field], order: Order, tier: Tier) -> None:
        found.append(Field(name="wrap", value=gettext_lazy("Delivery"), tier=Tier.PUBLIC))
        found.append(Field(name="pieces", value=2, tier=Tier.PUBLIC))
        found.append(Field(name="rows", value=Order.objects.all(), tier=Tier.PUBLIC))
        found.append(Field(name="card", value="With love"))
        found.append(Field(name="margin", value="40 %", tier=Tier.STAFF))

    with hooks.register_temporarily([("construct_order_view", fields)]):
        public, private = (Caller("demo")("GET", f"/A-1/view?language=fr&tier={t}") for t in ("public", "private"))
    assert [one["title"] for one in public.json()["recommendations"]] == ["Salt jar"]
    assert public.json()["extra"] == {"wrap": "Livraison", "pieces": "2"}
    assert private.json()["extra"] == {"wrap": "Livraison", "pieces": "2", "card": "With love"}


def test_a_key_is_replaced_without_an_hour_of_silence(shop: Caller) -> None:
    new, text = api_keys.rotate(shop.key, actor="sam")
    assert (new.host, new.scopes) == (shop.key.host, shop.key.scopes)
    for given in (shop.text, text):
        assert api_keys.find(given)
    with pytest.raises(ValueError, match="another takes its place"):
        api_keys.rotate(shop.key, actor="sam")
    with time_machine.travel(timezone.now() + dt.timedelta(days=8), tick=False):
        assert api_keys.find(shop.text) is None
        assert api_keys.find(text)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        Action.KEY_MADE,
        Action.KEY_MADE,
        Action.KEY_ROTATED,
    ]


def test_a_revoked_key_ends_at_once(shop: Caller) -> None:
    assert api_keys.revoke(shop.key, actor="sam")
    assert not api_keys.revoke(shop.key, actor="sam")
    assert shop("GET", "/A-1").status_code == 401
    assert AuditEntry.objects.get(action=Action.KEY_REVOKED).actor == "sam"


def test_what_is_stored_is_no_key(shop: Caller) -> None:
    row = ApiKey.objects.filter(pk=shop.key.pk).values().get()
    secret = shop.text.rpartition("_")[2]
    assert secret not in repr(row)
    assert not AuditEntry.objects.filter(detail__contains=secret).exists()
    shop("GET", "/A-1")
    assert ApiKey.objects.get(pk=shop.key.pk).last_used_on == timezone.now().date()


def test_strangers_are_told_to_wait(shop: Caller, settings: Any) -> None:
    settings.ORDER_STATUS["LIMIT_API_STRANGER_HOUR"] = 3
    url = f"{ROOT}/hosts/push/orders/A-1"
    statuses = [Client().get(url, headers={"authorization": "Bearer no"}).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]
    assert shop("GET", "/A-1").status_code == 404  # who has a key is served


def test_a_key_has_so_many_calls_an_hour(shop: Caller, settings: Any) -> None:
    settings.ORDER_STATUS["LIMIT_API_KEY_HOUR"] = 2
    answers = [shop("GET", "/A-1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert Caller()("GET", "/A-1").status_code == 404


# --- making them ------------------------------------------------------------------------------------


def staff(*permissions: str) -> Client:
    user = get_user_model().objects.create_user("sam", "sam@shop.example", "x", is_staff=True)
    names = [*permissions, "access_admin"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


FORM = {
    "host": "push",
    "name": "warehouse",
    "scopes": ["orders:write"],
    "expires_at_0": "",
    "expires_at_1": "",
    "expires_at": "",
}


@pytest.mark.parametrize("url", ["/admin/order_status_plugin/apikey/add/", "/cms/order-status/api-keys/"])
def test_staff_make_a_key_and_see_it_once(shop: Caller, url: str) -> None:
    client = staff("add_apikey", "view_apikey", "change_apikey")
    assert client.get(url).status_code == 200
    answer = client.post(url, FORM)
    text = re.search(r'id="api-key">(osp_[^<]+)<', answer.content.decode()).group(1)  # type: ignore[union-attr]
    assert "no-store" in answer["Cache-Control"]
    key = api_keys.find(text)
    assert key
    assert (key.host, key.name, key.scopes) == ("push", "warehouse", ["orders:write"])
    listed = (
        client.get("/admin/order_status_plugin/apikey/").content.decode()
        + client.get("/cms/order-status/api-keys/").content.decode()
    )
    assert key.prefix in listed
    assert text not in listed
    assert client.get(f"/admin/order_status_plugin/apikey/{key.pk}/change/").status_code == 200
    assert AuditEntry.objects.filter(action=Action.KEY_MADE, actor="sam").exists()


@pytest.mark.parametrize("url", ["/admin/order_status_plugin/apikey/add/", "/cms/order-status/api-keys/"])
def test_a_key_of_a_shop_that_does_not_call_only_reads(shop: Caller, settings: Any, url: str) -> None:
    settings.ORDER_STATUS["HOSTS"]["demo"] = {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}
    client = staff("add_apikey", "view_apikey", "change_apikey")
    form = {**FORM, "host": "demo"}
    assert (
        "Select a valid choice"
        in client.post(url, {**form, "scopes": ["orders:read", "orders:write"]}).content.decode()
    )
    assert not ApiKey.objects.filter(host="demo").exists()
    assert 'id="api-key"' in client.post(url, {**form, "scopes": ["orders:read"]}).content.decode()
    call_command("order_status_api_key", "demo", "--name", "till", stdout=io.StringIO(), stderr=io.StringIO())
    assert list(ApiKey.objects.filter(host="demo").values_list("scopes", flat=True)) == [["orders:read"]] * 2
    with pytest.raises(CommandError):
        call_command("order_status_api_key", "demo", "--name", "till", "--scope", "notes:write")


def test_staff_replace_and_revoke_in_djangos_admin(shop: Caller) -> None:
    client = staff("add_apikey", "view_apikey", "change_apikey")
    url = "/admin/order_status_plugin/apikey/"
    answer = client.post(url, {"action": "replace", "_selected_action": [shop.key.pk]})
    assert "osp_" in answer.content.decode()
    assert ApiKey.objects.count() == 2
    client.post(url, {"action": "replace", "_selected_action": [shop.key.pk]})
    assert ApiKey.objects.count() == 2
    client.post(url, {"action": "revoke", "_selected_action": [shop.key.pk]})
    assert api_keys.find(shop.text) is None


def test_staff_replace_and_revoke_in_wagtail(shop: Caller) -> None:
    client = staff("add_apikey", "view_apikey", "change_apikey")
    url = "/cms/order-status/api-keys/"
    assert "osp_" in client.post(url, {"replace": shop.key.pk}).content.decode()
    assert client.post(url, {"replace": shop.key.pk}).status_code == 302
    assert client.post(url, {"revoke": shop.key.pk}).status_code == 302
    assert api_keys.find(shop.text) is None
    assert client.post(url, {"revoke": "x"}).status_code == 404


def test_who_may_only_look_makes_nothing(shop: Caller) -> None:
    client = staff("view_apikey")
    assert client.post("/admin/order_status_plugin/apikey/add/", FORM).status_code == 403
    for body in (FORM, {"replace": shop.key.pk}, {"revoke": shop.key.pk}):
        assert (
            client.post("/cms/order-status/api-keys/", body).status_code == 302
        )  # Wagtail leads who may not to its start
    assert ApiKey.objects.count() == 1
    assert api_keys.find(shop.text)


def test_a_key_is_made_by_a_command(shop: Caller) -> None:
    out, told = io.StringIO(), io.StringIO()
    call_command("order_status_api_key", "push", "--name", "till", "--scope", "orders:read", stdout=out, stderr=told)
    key = api_keys.find(out.getvalue().strip())
    assert key
    assert (key.name, key.scopes) == ("till", ["orders:read"])
    listed = io.StringIO()
    call_command("order_status_api_key", "--list", stdout=listed)
    assert key.prefix in listed.getvalue()
    call_command("order_status_api_key", "--replace", f"osp_{key.prefix}", stdout=io.StringIO(), stderr=told)
    call_command("order_status_api_key", "--revoke", f"osp_{key.prefix}", stdout=io.StringIO())
    assert api_keys.find(out.getvalue().strip()) is None
    for wrong in (["push"], ["gone", "--name", "x"], ["--revoke", "osp_none"], ["--replace", f"osp_{key.prefix}"]):
        with pytest.raises(CommandError):
            call_command("order_status_api_key", *wrong)
