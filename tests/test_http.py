"""Calls to other people's APIs, over real HTTP to a provider on this machine."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin import http
from order_status_plugin.exceptions import AccessDenied, OrderStatusError, PermanentFailure, TemporaryFailure
from order_status_plugin.http import Api, ClientCredentials, retry_after
from order_status_plugin.testing.provider import Call, Provider, Reply

QUICK = (1.0, 0.3)


@pytest.fixture(autouse=True)
def _no_tokens() -> Iterator[None]:
    ClientCredentials._tokens.clear()
    yield
    ClientCredentials._tokens.clear()


def replies(*given_replies: Reply) -> Callable[[Call], Reply]:
    """Answer with these, one after the other, and then with the last for ever."""
    left = list(given_replies)
    return lambda call: left.pop(0) if len(left) > 1 else left[0]


def failure(url: str, **more: Any) -> OrderStatusError:
    with pytest.raises(OrderStatusError) as caught:
        Api(url, timeout=QUICK).call("GET", "/", **more)
    return caught.value


def test_an_answer_comes_back_with_what_we_sent() -> None:
    with Provider(lambda call: Reply(body=b"[1]")) as provider:
        api = Api(f"{provider.url}/v1/", headers={"X-Key": "k"})
        assert api.call("POST", "/track", json={"n": 1}, params={"lang": "fr"}).json() == [1]
    [call] = provider.calls
    assert (call.method, call.path, call.query, call.body) == ("POST", "/v1/track", {"lang": ["fr"]}, b'{"n": 1}')
    assert (call.headers["x-key"], call.headers["user-agent"]) == ("k", "order-status-plugin")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, PermanentFailure),
        (401, AccessDenied),
        (403, AccessDenied),
        (404, PermanentFailure),
        (418, PermanentFailure),
        (429, TemporaryFailure),
        (500, TemporaryFailure),
        (503, TemporaryFailure),
    ],
)
def test_each_refusal_has_its_kind_and_is_not_repeated(status: int, kind: type[OrderStatusError]) -> None:
    with Provider(lambda call: Reply(status=status)) as provider:
        assert type(failure(provider.url)) is kind
    assert len(provider.calls) == 1


def test_a_status_that_the_adapter_understands_is_an_answer() -> None:
    with Provider(lambda call: Reply(status=404, body=b"{}")) as provider:
        assert Api(provider.url).call("GET", "/", accept=(200, 404)).status_code == 404


def test_a_bad_gateway_is_tried_again_and_a_post_is_not() -> None:
    with Provider(replies(Reply(status=502), Reply(status=504), Reply(body=b"ok"))) as provider:
        assert Api(provider.url).call("GET", "/").content == b"ok"
        assert len(provider.calls) == 3
    with Provider(replies(Reply(status=502), Reply())) as provider, pytest.raises(TemporaryFailure):
        Api(provider.url).call("POST", "/")
    assert len(provider.calls) == 1


def test_tries_end_and_are_not_made_all_at_once() -> None:
    moments: list[float] = []

    def note(call: Call) -> Reply:
        moments.append(time.monotonic())
        return Reply(status=502)

    with Provider(note) as provider:
        assert isinstance(failure(provider.url), TemporaryFailure)
    assert len(moments) == 3
    # The second pause has grown, and no two are alike.
    assert moments[2] - moments[1] >= 0.5


def test_a_redirect_is_not_followed() -> None:
    with Provider(lambda call: Reply()) as other:
        with Provider(lambda call: Reply(status=302, headers={"Location": other.url})) as provider:
            assert isinstance(failure(provider.url), PermanentFailure)
        assert other.calls == []


def test_who_is_not_there_is_a_temporary_failure() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert isinstance(failure(f"http://127.0.0.1:{port}"), TemporaryFailure)


def test_who_does_not_answer_is_given_up() -> None:
    answered = threading.Event()

    def sleepy(call: Call) -> Reply:
        answered.wait(5)
        return Reply()

    with Provider(sleepy) as provider:
        begin = time.monotonic()
        with pytest.raises(TemporaryFailure):
            Api(provider.url, timeout=(1.0, 0.1)).call("POST", "/")
        assert time.monotonic() - begin < 2
        answered.set()


class Dripping:
    """A server that sends a header and then a byte now and then, or too many."""

    def __init__(self, body: Callable[[socket.socket], None]) -> None:
        self.body = body

    def __enter__(self) -> str:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                visitor, _address = self.socket.accept()
            except OSError:
                return
            with visitor:
                visitor.recv(65536)
                try:
                    visitor.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
                    self.body(visitor)
                except OSError:
                    pass

    def __exit__(self, *error: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


def test_an_answer_that_is_too_long_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BYTES", 100_000)
    sent = 0

    def flood(visitor: socket.socket) -> None:
        nonlocal sent
        for _ in range(2000):
            visitor.sendall(b"x" * 10_000)
            sent += 10_000

    with Dripping(flood) as url:
        assert isinstance(failure(url), TemporaryFailure)
    assert sent < 15_000_000


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_SECONDS", 0.3)

    def drip(visitor: socket.socket) -> None:
        for _ in range(100):
            visitor.sendall(b"x")
            time.sleep(0.05)

    begin = time.monotonic()
    with Dripping(drip) as url:
        assert isinstance(failure(url), TemporaryFailure)
    assert time.monotonic() - begin < 4


def test_what_breaks_off_is_a_temporary_failure() -> None:
    with Provider(lambda call: Reply(headers={"Content-Encoding": "gzip"}, body=b"no gzip")) as provider:
        assert isinstance(failure(provider.url), TemporaryFailure)


# --- Retry-After ------------------------------------------------------------------------------------


def test_retry_after_in_seconds_and_as_a_date() -> None:
    now = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        assert retry_after({"Retry-After": " 77 "}) == 77
        assert retry_after({"Retry-After": email.utils.format_datetime(now + dt.timedelta(seconds=90))}) == 90
        assert retry_after({"Retry-After": "Mon, 01 Jun 2026 12:01:00 GMT"}) == 60
        assert retry_after({"Retry-After": "Mon, 01 Jun 2026 11:00:00 GMT"}) == 0
        assert retry_after({}) is None


@given(st.text(st.characters(max_codepoint=255), max_size=40) | st.sampled_from(["²", "-5", "1e5", "9" * 400]))
def test_rubbish_in_retry_after_is_none_or_a_number(text: str) -> None:
    found = retry_after({"Retry-After": text})
    assert found is None or found >= 0


def test_retry_after_reaches_the_caller() -> None:
    with Provider(lambda call: Reply(status=429, headers={"Retry-After": "5"})) as provider:
        error = failure(provider.url)
    assert isinstance(error, TemporaryFailure)
    assert error.retry_after == 5


# --- secrets and tokens -----------------------------------------------------------------------------


def test_no_secret_stands_in_a_failure() -> None:
    with Provider(lambda call: Reply(status=503)) as provider:
        texts = []
        for url in (provider.url, "http://127.0.0.1:9"):
            api = Api(url, auth=("id", "s3cr3t"), headers={"X-Key": "s3cr3t"}, timeout=QUICK)
            with pytest.raises(OrderStatusError) as caught:
                api.call("GET", "/s3cr3t", params={"key": "s3cr3t"}, json={"key": "s3cr3t"})
            texts.append(str(caught.value))
    assert "s3cr3t" not in " ".join(texts)
    assert all("127.0.0.1" in text for text in texts)


class Door:
    """Gives tokens, and answers those who hold the last one."""

    def __init__(self) -> None:
        self.given = 0
        self.lasts: Any = 3600
        self.is_closed = False

    def __call__(self, call: Call) -> Reply:
        if call.path == "/token":
            if self.is_closed:
                return Reply(status=400, body=b'{"error": "invalid_client"}')
            self.given += 1
            return Reply(body=json.dumps({"access_token": f"t{self.given}", "expires_in": self.lasts}).encode())
        is_known = call.headers.get("authorization") == f"Bearer t{self.given}"
        return Reply(status=200 if is_known else 401)


def api_of(provider: Provider, **more: Any) -> Api:
    plain = Api(provider.url, timeout=QUICK)
    credentials = ClientCredentials(plain, "/token", client_id="id", client_secret="s3cr3t", **more)
    return Api(provider.url, auth=credentials, timeout=QUICK)


def test_a_token_is_asked_for_once_and_kept() -> None:
    door = Door()
    with Provider(door) as provider:
        for _ in range(3):
            api_of(provider).call("GET", "/")
    assert door.given == 1
    [asked] = [call for call in provider.calls if call.path == "/token"]
    assert asked.body == b"grant_type=client_credentials"
    assert asked.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("more", "said"), [({"in_body": True}, b"client_secret=s3cr3t"), ({"as_json": True}, b'"s3cr3t"')]
)
def test_credentials_may_stand_in_the_body(more: dict[str, Any], said: bytes) -> None:
    with Provider(Door()) as provider:
        api_of(provider, **more).call("GET", "/")
    assert said in provider.calls[0].body
    assert "authorization" not in provider.calls[0].headers


def test_a_token_that_was_taken_back_is_replaced_at_once() -> None:
    door = Door()
    with Provider(door) as provider:
        api_of(provider).call("GET", "/")
        door.given += 1  # the one that we hold is worth nothing any more
        api_of(provider).call("GET", "/")
    assert [call.path for call in provider.calls] == ["/token", "/", "/", "/token", "/"]


def test_a_token_is_replaced_before_it_ends() -> None:
    door = Door()
    with Provider(door) as provider:
        api_of(provider).call("GET", "/")
        for key, (token, ends) in ClientCredentials._tokens.items():
            assert 3500 < ends - time.monotonic() <= 3540
            ClientCredentials._tokens[key] = (token, time.monotonic() - 1)
        api_of(provider).call("GET", "/")
    assert door.given == 2


def test_who_gets_no_token_is_denied_and_no_secret_is_told() -> None:
    door = Door()
    door.is_closed = True
    with Provider(door) as provider:
        with pytest.raises(AccessDenied) as caught:
            api_of(provider).call("GET", "/")
        assert "s3cr3t" not in "".join(traceback.format_exception(caught.value))
        door.is_closed, door.given = False, 10
        api_of(provider).call("GET", "/")  # nothing of the failure is kept


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"access_token": "t", "expires_in": "soon"}'])
def test_an_answer_without_a_token_is_temporary(body: bytes) -> None:
    with Provider(lambda call: Reply(body=body)) as provider, pytest.raises(TemporaryFailure):
        api_of(provider).call("GET", "/")


def test_who_refuses_a_fresh_token_is_asked_no_third_time() -> None:
    def closed(call: Call) -> Reply:
        return Reply(body=b'{"access_token": "t"}') if call.path == "/token" else Reply(status=401)

    with Provider(closed) as provider, pytest.raises(AccessDenied):
        api_of(provider).call("GET", "/")
    assert [call.path for call in provider.calls] == ["/token", "/", "/token", "/"]


def test_neither_netrc_nor_a_proxy_of_the_environment_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Provider(lambda call: Reply(body=b"ok")) as provider:
        assert Api(provider.url).call("GET", "/").content == b"ok"
