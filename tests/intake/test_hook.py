from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from order_status_plugin.exceptions import TemporaryFailure, UnknownParcel, UnreadableMessage
from order_status_plugin.intake import inbox, statements, views
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.worker import wake
from order_status_plugin.worker.models import Pulse

from .signed import URL, settings, signed
from .urls import hook, script

pytestmark = pytest.mark.django_db
BODY = b'{"event_id": "e-1", "msg": {}}'
State = InboxMessage.State


@pytest.fixture(autouse=True)
def _door() -> Iterator[None]:
    script.reset()
    with override_settings(ROOT_URLCONF="tests.intake.urls", ORDER_STATUS=settings()):
        yield


def post(client: Client, body: bytes = BODY, url: str = URL, headers: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    return client.post(url, body, content_type="application/json", headers=signed(body) if headers is None else headers)


def test_a_signed_webhook_is_stored_then_handled(client: Client) -> None:
    seen = {}

    def look(pk: int) -> str:
        seen.update(InboxMessage.objects.filter(pk=pk).values().get())
        return "3 events are older than their parcel"

    script.then = look
    response = post(client)
    assert (response.status_code, response.json()) == (200, {"state": "handled"})
    assert (seen["state"], bytes(seen["body"]), seen["key"]) == (State.RECEIVED, BODY, "e-1")
    row = InboxMessage.objects.get()
    assert (row.state, row.reason, row.attempts) == (State.HANDLED, "3 events are older than their parcel", 1)
    assert row.handled_at is not None
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_process_with_its_hands_full_leaves_it_to_the_worker(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    answers = []

    def meanwhile(pk: int) -> str:
        if len(script.handled) <= views.HANDS:  # the others come while this one is handled
            answers.append(post(client, b'{"event_id": "e-%d"}' % len(script.handled)).json())
        return ""

    script.then = meanwhile
    with django_capture_on_commit_callbacks(execute=True):
        assert post(client).json() == {"state": "handled"}
    assert answers == [{"state": "received"}, {"state": "handled"}]
    assert len(script.handled) == views.HANDS
    assert OrmQ.objects.count() == 1
    assert post(client, b'{"event_id": "later"}').json() == {"state": "handled"}


def test_the_same_delivery_again_is_one_row(client: Client) -> None:
    assert post(client).status_code == 200
    assert post(client).status_code == 200
    assert InboxMessage.objects.count() == 1
    assert len(script.handled) == 1


def test_other_words_under_the_same_id_are_kept_too(client: Client) -> None:
    for body in (BODY, BODY + b" ", BODY + b" ", BODY):
        assert post(client, body).status_code == 200
    assert sorted(bytes(row.body) for row in InboxMessage.objects.all()) == [BODY, BODY + b" "]
    assert len(script.handled) == 2


def test_without_an_id_the_body_is_the_key(client: Client) -> None:
    for body in (b"{}", b"{}", b'{"msg": 1}'):
        assert post(client, body).status_code == 200
    assert InboxMessage.objects.count() == 2


@pytest.mark.parametrize("headers", [{}, {"aftership-hmac-sha256": "bm9wZQ=="}, signed(b"another"), signed(BODY, "x")])
def test_what_is_not_signed_leaves_nothing(client: Client, headers: dict[str, str]) -> None:
    response = post(client, headers=headers)
    assert response.status_code == 400
    assert response["Cache-Control"] == "no-store, private"
    assert not InboxMessage.objects.exists()


def test_the_older_secret_is_good(client: Client) -> None:
    assert post(client, headers=signed(BODY, "the-older-secret")).status_code == 200


@pytest.mark.parametrize("method", ["get", "post", "head", "put", "options"])
def test_an_unknown_alias_is_no_address(client: Client, method: str) -> None:
    response = getattr(client, method)("/orders/hooks/nobody/")
    assert response.status_code == 404
    assert response["X-Robots-Tag"]


def test_a_source_that_takes_no_webhooks_is_no_address(client: Client) -> None:
    assert post(client, url="/orders/hooks/manual/").status_code == 404


def test_providers_may_knock(client: Client) -> None:
    assert client.head(URL).status_code == 200
    response = client.get(URL)
    assert response.status_code == 405
    assert response["Allow"] == "POST, HEAD, OPTIONS"
    assert client.delete(URL).status_code == 405
    assert client.options(URL).status_code == 200


def test_a_secret_in_the_address(client: Client) -> None:
    good = post(client, b"x", "/orders/hooks/whispering/in-the-address/", {"x-kept": "yes", "x-other": "no"})
    assert good.status_code == 200
    row = InboxMessage.objects.get()
    assert row.headers == {"x-kept": "yes"}
    assert "in-the-address" not in str(list(InboxMessage.objects.values()))
    assert post(client, b"x", "/orders/hooks/whispering/guess/", {}).status_code == 400
    assert post(client, b"x", "/orders/hooks/whispering/", {}).status_code == 400


def test_a_long_body_is_refused_unread() -> None:
    class Reads(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            chunk = super().read(size)
            self.taken += len(chunk)
            return chunk

    with override_settings(ORDER_STATUS=settings(WEBHOOK_MAX_BYTES=100)):
        for length, most in (("10000000", 0), ("100", 101)):
            request = RequestFactory().post(URL, b"", content_type="application/json")
            stream = Reads(b"x" * 10_000_000)
            request._stream = stream  # type: ignore[attr-defined]
            request.META["CONTENT_LENGTH"] = length
            assert hook(request, alias="aftership").status_code == 413
            assert stream.taken <= most
    assert not InboxMessage.objects.exists()


def test_ten_megabytes(client: Client) -> None:
    body = b'{"msg": "' + b"x" * 10_000_000 + b'"}'
    assert post(client, body).status_code == 413
    with override_settings(ORDER_STATUS=settings(WEBHOOK_MAX_BYTES=20_000_000)):
        assert post(client, body).status_code == 200
    assert len(InboxMessage.objects.get().body) == len(body)


def test_when_we_cannot_store_the_sender_is_told_to_try_again(client: Client) -> None:
    with mock.patch.object(statements, "insert", side_effect=OperationalError("down")):
        response = post(client)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert post(client).status_code == 200


def test_a_source_that_cannot_be_used_is_our_trouble(client: Client) -> None:
    assert post(client, url="/orders/hooks/missing/").status_code == 503
    assert client.head("/orders/hooks/missing/").status_code == 503


def test_another_adapters_exceptions_are_no_500(client: Client) -> None:
    response = post(client, b"x", "/orders/hooks/broken/")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert post(client, b"fine", "/orders/hooks/broken/").status_code == 200
    assert post(client, b"fine", "/orders/hooks/long/").status_code == 200
    assert post(client, b"fine", "/orders/hooks/long/").status_code == 200
    assert InboxMessage.objects.filter(alias="long").count() == 1


def raises(error: Exception) -> Callable[[int], str]:
    def then(pk: int) -> str:
        raise error

    return then


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (UnreadableMessage("'msg' must be an object"), State.FAILED, "'msg' must be an object"),
        (UnknownParcel("No parcel", number_key="1Z"), State.WAITING, "No parcel"),
        (TemporaryFailure("Later."), State.RECEIVED, "Later."),
        (DatabaseError("row with ana@example.org"), State.RECEIVED, "The database failed (DatabaseError)."),
        (ValueError("ana@example.org"), State.FAILED, "ValueError in then, test_hook.py line"),
        (RecursionError(), State.FAILED, "RecursionError in then"),
    ],
)
def test_whatever_handling_raises_the_message_stays_with_the_reason(
    client: Client, error: Exception, state: str, reason: str
) -> None:
    script.then = raises(error)
    response = post(client)
    assert (response.status_code, response.json()) == (202, {"state": state})
    row = InboxMessage.objects.get()
    assert (row.state, row.attempts) == (state, 1)
    assert row.reason.startswith(reason)
    assert "ana@" not in row.reason
    assert bytes(row.body) == BODY


def test_malformed_json_with_a_good_signature_is_ours_to_look_at(client: Client) -> None:
    script.then = raises(UnreadableMessage("The body is not JSON."))
    assert post(client, b'{"msg": ').status_code == 202
    assert InboxMessage.objects.get().state == State.FAILED


@pytest.mark.django_db(transaction=True)
def test_under_load_the_worker_takes_over(client: Client) -> None:
    wait(inbox.BACKLOG)
    response = post(client)
    assert (response.status_code, response.json()) == (202, {"state": "received"})
    assert script.handled == []
    assert OrmQ.objects.count() == 1
    assert post(client, b"{}").status_code == 202
    assert OrmQ.objects.count() == 1  # one task for all that waits


@pytest.mark.django_db(transaction=True)
def test_behind_many_it_takes_one_statement_while_a_woken_worker_is_awaited(client: Client) -> None:
    wait(inbox.BACKLOG + 1)
    assert post(client, b'{"n": 1}').status_code == 202
    with CaptureQueriesContext(connection) as queries:
        assert post(client, b'{"n": 2}').json() == {"state": "received"}
    assert len(queries) == 1
    one, other = InboxMessage.objects.filter(attempts=0, state=State.RECEIVED, leased_until=None).order_by("-pk")[:2]
    assert (bytes(one.body), bytes(other.body)) == (b'{"n": 2}', b'{"n": 1}')
    wake.begin("inbox")  # a worker that may have looked already
    assert post(client, b'{"n": 3}').status_code == 202
    assert OrmQ.objects.count() == 2
    Pulse.objects.update(woken_at=timezone.now() - wake.STALE * 2)  # nobody heard it
    assert post(client, b'{"n": 4}').status_code == 202
    assert OrmQ.objects.count() == 3


def wait(count: int) -> None:
    """Let so many messages wait in the inbox."""
    receiver = mock.Mock(kept_headers=(), message_key=str, about=lambda webhook: "")
    for number in range(count):
        inbox.store("aftership", inbox.Webhook(body=b"%d" % number, headers={}), receiver)
    InboxMessage.objects.update(key=inbox.F("digest"))


@pytest.mark.django_db(transaction=True)
def test_a_broken_queue_loses_nothing(client: Client) -> None:
    script.then = raises(TemporaryFailure())
    with mock.patch("order_status_plugin.worker.wake.async_task", side_effect=OSError("no broker")):
        assert post(client).status_code == 202
    assert InboxMessage.objects.get().state == State.RECEIVED


def test_neither_login_nor_csrf_nor_atomic_requests_stand_in_the_way() -> None:
    client = Client(enforce_csrf_checks=True)
    login = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    from django.conf import settings as project

    with override_settings(MIDDLEWARE=[*project.MIDDLEWARE, login]):
        assert post(client).status_code == 200
        assert client.head(URL).status_code == 200
    assert hook._non_atomic_requests == set(project.DATABASES)


def test_secrets_in_addresses_stay_out_of_logs(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    from order_status_plugin.intake import masking

    masking.install()
    with caplog.at_level(logging.WARNING, logger="django.request"):
        post(client, b"x", "/orders/hooks/whispering/s3cret-guess/", {})
        client.get("/orders/hooks/elsewhere/misspelt-guess/")
    assert "whispering/…" in caplog.text
    assert "-guess" not in caplog.text
    record = logging.makeLogRecord({"msg": '"%s %s"', "args": ("POST", "/x/hooks/whispering/abc/?y=1")})
    assert masking.MaskSecrets().filter(record)
    assert record.getMessage() == '"POST /x/hooks/whispering/…/?y=1"'
    record = logging.makeLogRecord({"msg": "%(r)s", "args": {"r": "POST /hooks/whispering/abc", "s": 1}})
    assert masking.MaskSecrets().filter(record)
    assert json.dumps(record.args).count("abc") == 0
