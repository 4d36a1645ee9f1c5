from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from order_status_plugin.access import headers
from order_status_plugin.page.door import NotFoundView

from . import urls

pytestmark = [pytest.mark.urls("tests.access.urls"), pytest.mark.django_db]

EXPECTED = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Content-Type-Options": "nosniff",
}


def assert_ours(response: HttpResponse) -> None:
    for name, value in EXPECTED.items():
        assert response.headers[name] == value
    assert "geolocation=()" in response.headers["Permissions-Policy"]
    policy = response.headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy.split("; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


STATUS = {
    "well": 200,
    "elsewhere": 302,
    "missing": 404,
    "denied": 403,
    "bad": 400,
    "suspicious": 400,
    "broken": 500,
}


@pytest.mark.parametrize("how", STATUS)
def test_every_answer_carries_our_headers_and_tells_nothing(client, how):
    client.raise_request_exception = False
    response = client.get(f"/now/{how}/")
    assert response.status_code == STATUS[how]
    assert_ours(response)
    assert b"TS-20418" not in response.content


def test_what_broke_is_reported_to_the_project(client, caplog):
    with pytest.raises(ValueError, match="TS-20418"):
        client.get("/now/broken/")
    assert [record.exc_info[1].args for record in caplog.records] == [("TS-20418",)]


def test_in_development_what_broke_is_shown(client, settings):
    settings.DEBUG = True
    client.raise_request_exception = False
    assert b"ValueError" in client.get("/now/broken/").content


def test_a_forged_form_is_refused_by_us():
    browser = Client(enforce_csrf_checks=True)
    response = browser.post("/now/well/")
    assert response.status_code == 403
    assert_ours(response)
    assert b"CSRF" not in response.content


@pytest.mark.parametrize("has_middleware", [True, False])
def test_a_form_of_ours_is_taken_with_and_without_the_projects_middleware(settings, has_middleware):
    if not has_middleware:
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/now/form/").content.decode()
    assert settings.CSRF_COOKIE_NAME in browser.cookies
    assert browser.get("/now/form/").status_code == 200
    response = browser.post("/now/well/", {"csrfmiddlewaretoken": token})
    assert (response.status_code, response.content) == (200, b"fine")
    assert browser.post("/now/well/", {"csrfmiddlewaretoken": "A" * 64}).status_code == 403
    assert (
        browser.post("/now/well/", {"csrfmiddlewaretoken": token}, HTTP_ORIGIN="https://evil.example").status_code
        == 403
    )


def test_machines_prove_themselves_otherwise():
    response = Client(enforce_csrf_checks=True).post("/machine/")
    assert response.content == b"taken"
    assert response.headers["Cache-Control"] == "no-store, no-transform"
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    refused = Client().get("/machine/")
    assert refused.status_code == 405
    assert refused.headers["X-Robots-Tag"]


def test_our_views_need_no_login_and_no_transaction(client, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    assert client.get("/now/well/").status_code == 200
    for view in (headers.secure(urls.view), NotFoundView.as_view()):
        assert view._non_atomic_requests == set(settings.DATABASES)


def test_the_policy_names_the_shops_storages_and_what_the_setting_adds(client, settings):
    settings.STATIC_URL = "https://static.example/v1/"
    settings.MEDIA_URL = "//media.example/"
    settings.ORDER_STATUS = {
        **settings.ORDER_STATUS,
        "CSP": {
            "img-src": ["https://pictures.example"],
            "frame-ancestors": ["https://app.example"],
            "media-src": ["blob:"],
        },
    }
    policy = client.get("/now/well/").headers["Content-Security-Policy"].split("; ")
    shop = "'self' https://static.example https://media.example"
    assert f"style-src {shop}" in policy
    assert f"img-src {shop} https://pictures.example" in policy
    assert f"media-src {shop} blob:" in policy
    assert "frame-ancestors https://app.example" in policy
