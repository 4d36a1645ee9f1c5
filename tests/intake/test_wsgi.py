"""The door in front of Django: webhooks pass the middleware by, everything else passes through it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.intake.wsgi import wrap

from .signed import URL, settings, signed

# In no transaction: at the end of a request a server's connections are looked after, and may be closed.
pytestmark = pytest.mark.django_db(transaction=True)
BODY = b'{"event_id": "e-1", "msg": {}}'


def gate(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stand for all that a project has in front of its views."""
    return lambda request: HttpResponse(f"the gate: {request.method} {request.path}", status=418)


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    with override_settings(
        MIDDLEWARE=["tests.intake.test_wsgi.gate"], ORDER_STATUS=settings(), ROOT_URLCONF="tests.urls"
    ):
        yield


def ask(method: str = "POST", path: str = URL, body: bytes = BODY, **given: Any) -> tuple[int, dict[str, str], bytes]:
    """Ask as a WSGI server does; return status, headers and body."""
    headers = signed(body) if "headers" not in given else given.pop("headers")
    environ = RequestFactory(headers=headers).generic(method, path, body, "application/json", **given).environ
    answered: list[Any] = []
    application = wrap(get_wsgi_application())
    response = application(environ | {"wsgi.input": io.BytesIO(body)}, lambda *said: answered.extend(said))
    content = b"".join(response)
    response.close()  # type: ignore[attr-defined]
    return int(answered[0].split()[0]), dict(answered[1]), content


def test_a_webhook_is_stored_without_the_middleware() -> None:
    status, headers, body = ask()
    assert status == 202  # it tells of no parcel that is known here
    assert body == b'{"state": "failed"}'
    assert headers["Cache-Control"] == "no-store, private"
    assert headers["Content-Type"] == "application/json"
    assert headers["Content-Length"] == str(len(body))  # without it a server sends pieces, and may close
    message = InboxMessage.objects.get()
    assert (message.alias, bytes(message.body)) == ("aftership", BODY)


def test_a_secret_in_the_address_is_read() -> None:
    assert ask(path="/orders/hooks/whispering/in-the-address/")[0] in {200, 202}
    assert ask(path="/orders/hooks/whispering/another/", body=b"{}")[0] == 400
    assert InboxMessage.objects.get().alias == "whispering"


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"headers": {}}, 400),
        ({"headers": signed(BODY, "guessed")}, 400),
        ({"path": "/orders/hooks/nobody/"}, 404),
        ({"path": "/orders/hooks/missing/"}, 503),
        ({"headers": signed(BODY) | {"host": "evil.example"}}, 400),
        ({"body": b"x" * (5 * 2**20 + 1)}, 413),
    ],
)
@override_settings(ALLOWED_HOSTS=["testserver"])
def test_what_the_door_refuses_it_refuses_here(given: dict[str, Any], status: int) -> None:
    answered, headers, _body = ask(**given)
    assert answered == status
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not InboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", URL),
        ("HEAD", URL),
        ("POST", "/orders/"),
        ("POST", "/orders/hooks/"),
        ("POST", "/orders/hooks/a/b/c/"),
        ("POST", "/elsewhere/hooks/aftership/"),
        ("POST", "/orders/hooks/aftership"),
    ],
)
def test_all_else_goes_through_django(method: str, path: str) -> None:
    assert ask(method, path)[0] == 418
    assert not InboxMessage.objects.exists()


@override_settings(DEBUG=True)
def test_who_develops_sees_webhooks_pass_by_the_middleware() -> None:
    assert ask()[0] == 418


@override_settings(SECURE_SSL_REDIRECT=True, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"))
def test_a_project_that_wants_https_says_so_itself() -> None:
    assert ask()[0] == 418
    assert ask(headers=signed(BODY) | {"x-forwarded-proto": "https"})[0] == 202


def test_a_project_without_our_addresses_is_left_alone() -> None:
    with override_settings(ROOT_URLCONF="django.contrib.auth.urls"):
        assert ask()[0] == 418


def test_django_hears_of_the_request_and_of_its_end() -> None:
    heard: list[str] = []
    signals = {"began": request_started, "ended": request_finished}
    receivers = {name: (lambda *, said=name, **kwargs: heard.append(said)) for name in signals}
    for name, signal in signals.items():
        signal.connect(receivers[name])
    try:
        ask()
    finally:
        for name, signal in signals.items():
            signal.disconnect(receivers[name])
    assert heard == ["began", "ended"]  # so connections are looked after as ever
