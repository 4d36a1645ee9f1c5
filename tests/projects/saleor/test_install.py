"""The manifest, the handshake, and who may not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings

from order_status_plugin.exceptions import TemporaryFailure
from order_status_plugin.hosts.saleor import installs
from order_status_plugin.hosts.saleor.models import SaleorInstall

from .conftest import options
from .double import KEY, TOKEN, Saleor

#: What no header can carry.
SNOWMAN = b'{"auth_token": "\\u2603"}'
MANIFEST = "/orders/saleor/saleor/manifest.json"


def manifest(version: str = "3.23") -> Any:
    return Client().get(MANIFEST, headers={"Saleor-Schema-Version": version}).json()


def test_the_manifest_says_where_we_are_and_what_we_hear(saleor: Saleor) -> None:
    said = manifest()
    assert said["permissions"] == ["MANAGE_ORDERS"]
    assert said["tokenTargetUrl"] == "http://testserver/orders/saleor/saleor/register/"
    assert {webhook["targetUrl"] for webhook in said["webhooks"]} == {"http://testserver/orders/hooks/saleor/"}
    heard = {event for webhook in said["webhooks"] for event in webhook["asyncEvents"]}
    assert heard >= {"ORDER_CREATED", "FULFILLMENT_CREATED", "FULFILLMENT_TRACKING_NUMBER_UPDATED", "APP_DELETED"}
    assert "ORDER_METADATA_UPDATED" not in heard, "that is what our own link causes"
    assert [(each["mount"], each["target"]) for each in said["extensions"]] == [
        ("ORDER_DETAILS_MORE_ACTIONS", "NEW_TAB"),
        ("ORDER_DETAILS_WIDGETS", "WIDGET"),
    ]


def test_a_saleor_without_tabs_and_widgets_gets_a_popup(saleor: Saleor) -> None:
    [one] = manifest("3.21")["extensions"]
    assert (one["target"], one["url"].endswith("/popup/")) == ("POPUP", True)
    assert len(manifest("")["extensions"]) == 2
    assert len(manifest("3.22")["extensions"]) == 2


def test_behind_a_proxy_the_setting_says_where_we_are(saleor: Saleor, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_URL": "https://shop.example"}
    assert manifest()["appUrl"] == "https://shop.example/orders/saleor/saleor/"


def test_the_token_is_kept_sealed(saleor: Saleor) -> None:
    response = saleor.register()
    assert (response.status_code, response.json()) == (200, {"success": True})
    row = SaleorInstall.objects.get()
    assert TOKEN not in row.sealed_token
    assert TOKEN not in repr(installs.get("saleor"))
    assert installs.get("saleor").token == TOKEN


def test_the_address_needs_no_login_and_no_redirect(saleor: Saleor, settings: Any) -> None:
    login = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, login]):
        assert saleor.register().status_code == 200
        assert Client().get(MANIFEST).status_code == 200


@pytest.mark.parametrize("url", ["https://evil.example/graphql/", "http://169.254.169.254/", "", "file:///etc/passwd"])
def test_another_saleor_is_refused_and_never_asked(saleor: Saleor, url: str) -> None:
    response = saleor.register(**{"Saleor-Api-Url": url})
    assert response.status_code == 403
    assert response.json()["error"]["message"]
    assert not saleor.provider.calls
    assert not SaleorInstall.objects.exists()


def test_a_token_that_saleor_does_not_know_is_refused(saleor: Saleor) -> None:
    real, saleor.token = saleor.token, "made up"
    request = saleor.register
    saleor.answer = lambda call, answer=saleor.answer: (setattr(saleor, "token", real), answer(call))[1]  # type: ignore[method-assign]
    assert request().status_code == 403
    assert not SaleorInstall.objects.exists()


@pytest.mark.parametrize("wrong", [{"identifier": "another.app"}, {"permissions": []}])
def test_another_apps_token_is_refused_and_ours_stays(saleor: Saleor, wrong: dict[str, Any]) -> None:
    assert saleor.register().status_code == 200
    right, saleor.app = saleor.app, {**saleor.app, "id": "QXBwOjg=", **wrong}
    assert saleor.register().status_code == 403
    assert installs.get("saleor").app_id == right["id"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"auth_token": ""}', b'{"auth_token": {"a": 1}}', b"x" * 20_000, SNOWMAN]
)
def test_a_body_without_a_token_is_refused(saleor: Saleor, body: bytes) -> None:
    response = Client().post(
        "/orders/saleor/saleor/register/",
        body,
        content_type="application/json",
        headers={"Saleor-Api-Url": saleor.url},
    )
    assert response.status_code == 400
    assert not saleor.provider.calls


def test_one_address_has_the_shop_asked_so_often_only(saleor: Saleor, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIMIT_API_STRANGER_HOUR": 2}
    right, saleor.app = saleor.app, {**saleor.app, "identifier": "another.app"}
    assert [saleor.register().status_code for _ in range(3)] == [403, 403, 429]
    assert len(saleor.provider.calls) == 2
    saleor.app = right
    assert saleor.register().status_code == 429
    assert not SaleorInstall.objects.exists()
    assert saleor.register(**{"X-Forwarded-For": "192.0.2.9"}).status_code == 429, (
        "nobody names an address of their own"
    )


@pytest.mark.parametrize("path", ["/graphql/", "/.well-known"])
def test_trouble_is_503_so_that_saleor_takes_the_app_back(saleor: Saleor, path: str) -> None:
    saleor.trouble = {path: 500}
    assert saleor.register().status_code == 503
    assert not SaleorInstall.objects.exists()


def test_installing_again_takes_the_new_token(shop: Saleor) -> None:
    shop.token, shop.app = "a-newer-token", {**shop.app, "id": "QXBwOjg="}
    assert shop.register().status_code == 200
    found = installs.get("saleor")
    assert (found.token, found.app_id) == ("a-newer-token", "QXBwOjg=")


def test_a_second_saleor_does_not_take_the_place_of_the_first(shop: Saleor, settings: Any) -> None:
    options(settings, saleor_urls=[shop.url, "http://localhost:9/graphql/"])
    assert shop.register(**{"Saleor-Api-Url": "http://localhost:9/graphql/"}).status_code == 403
    assert installs.get("saleor").api_url == shop.url


def test_keys_are_rotated_and_a_lost_one_is_named(shop: Saleor, settings: Any) -> None:
    before = SaleorInstall.objects.get().sealed_token
    keys = ["a-new-key-that-is-long-enough-to-be-one", settings.SECRET_KEY]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": keys}
    assert installs.get("saleor").token == TOKEN
    after = SaleorInstall.objects.get().sealed_token
    assert after != before, "what a retired key sealed is sealed anew"
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": keys[:1]}
    assert installs.get("saleor").token == TOKEN
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["another-key-that-is-long-enough-as-well"]}
    with pytest.raises(TemporaryFailure, match="install the app again"):
        _ = installs.get("saleor").token


def test_the_addresses_are_the_apps_alone() -> None:
    for alias in ("nobody", "aftership"):
        for name in ("", "manifest.json", "register/", "open/", "widget/", "popup/"):
            assert Client().get(f"/orders/saleor/{alias}/{name}").status_code == 404


def test_the_keys_of_the_double_are_what_it_says() -> None:
    assert KEY.jwk["kid"] == "first"
