"""Thousands of requests that nobody would write: none breaks anything, opens anything or tells anything."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest
from django.test import Client

from order_status_plugin.access.models import Grant
from order_status_plugin.security.canaries import Bird
from order_status_plugin.security.surface import ROUTES

from .visits import addresses, leaks, with_doctor

pytestmark = pytest.mark.django_db

METHODS = ("GET", "GET", "GET", "POST", "POST", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
NAMES = (
    "number",
    "email",
    "code",
    "sure",
    "days",
    "scope",
    "label",
    "device",
    "others",
    "link",
    "choice",
    "as",
    "v",
    "lang",
)
ODD = (
    "", " ", "\t", "None", "null", "undefined", "0", "-1", "[]", "{}", "true", "\x00", "%00", "\ufeff", "\u202e",
    "'", '"', "' OR 1=1 --", "{{7*7}}", "${7*7}", "{% debug %}", "<script>alert(1)</script>", "../../etc/passwd",
    "a@b", "@", "9" * 400, "\ud83d\ude00", "ﬀ＠ｅｘａｍｐｌｅ．ｏｒｇ", "İ", "ß", "\r\nX: y", "=?utf-8?b?eA==?=",
)  # fmt: skip
BODIES = (b"", b"\xff\xfe", b"{", b"[[[[", b"null", b"a=%ff%fe", b"--x\r\n\r\n--x--", b"\x00" * 64, b"x" * 5000)
TYPES = (
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/json",
    "text/plain", "", "application/xml", "multipart/form-data; boundary=\"", "application/json; charset=nothing",
)  # fmt: skip
HEADERS = (
    "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE", "HTTP_REFERER",
    "HTTP_ORIGIN", "HTTP_USER_AGENT", "HTTP_LAST_EVENT_ID", "HTTP_AUTHORIZATION", "HTTP_IF_NONE_MATCH", "HTTP_RANGE",
    "HTTP_ACCEPT_ENCODING", "HTTP_X_HTTP_METHOD_OVERRIDE",
)  # fmt: skip


class Writer:
    """Writes requests: each a mutation of something that exists."""

    def __init__(self, seed: int, paths: list[str]) -> None:
        self.random = random.Random(seed)
        self.paths = paths

    def value(self) -> str:
        pick = self.random
        if pick.random() < 0.6:
            return pick.choice(ODD)
        return "".join(
            chr(pick.choice((pick.randint(1, 126), pick.randint(160, 0xD7FF)))) for _ in range(pick.randint(0, 30))
        )

    def path(self) -> str:
        pick, path = self.random, self.random.choice(self.paths)
        way = pick.random()
        if way < 0.35:
            return path
        at = pick.randint(1, len(path))
        if way < 0.6:  # one character of a token, or of anything
            return path[: at - 1] + pick.choice(string.ascii_letters + string.digits + "-_~%.;/") + path[at:]
        if way < 0.75:
            return path[:at]
        if way < 0.9:
            return path + pick.choice(
                ("x", "/", "//", "..", "./", "%2e%2e/", ";a=b", "\n", "%0a", "?", "identify/", "live")
            )
        return path.upper() if pick.random() < 0.5 else path.replace("/", "//")

    def request(self) -> dict[str, Any]:
        pick = self.random
        made: dict[str, Any] = {"method": pick.choice(METHODS), "path": self.path(), "secure": pick.random() < 0.9}
        if pick.random() < 0.5:
            pairs = [(pick.choice(NAMES), self.value()) for _ in range(pick.randint(0, 6))]
            made["data"] = "&".join(
                f"{name}{pick.choice(('', '', '[]', '[0]'))}={value}" for name, value in pairs
            ).encode("utf-8", "surrogatepass")
            made["content_type"] = TYPES[0]
        else:
            made["data"], made["content_type"] = pick.choice(BODIES), pick.choice(TYPES)
        if pick.random() < 0.3:
            made["QUERY_STRING"] = f"{pick.choice(NAMES)}={pick.choice(('public', 'customer', 'x', '%00', '9' * 300))}"
        for _ in range(pick.randint(0, 2)):
            made[pick.choice(HEADERS)] = self.value().encode("utf-8", "replace").decode("latin-1").replace("\n", " ")
        return made


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.usefixtures("unlogged")
def test_generated_requests_break_nothing_open_nothing_and_tell_nothing(settings: Any, volume: str, seed: int) -> None:
    with_doctor(settings)
    bird = Bird()
    bird.make_ready()
    writer = Writer(seed, addresses(bird))
    client = Client(raise_request_exception=False)
    for number in range(5000 if volume == "full" else 500):
        given = writer.request()
        answer = client.generic(**given)
        assert answer.status_code < 500 or "health" in given["path"], (number, given, answer.status_code)
        told = f"{answer.headers}\n{answer.content.decode(errors='replace')}"
        assert leaks(bird, told) == [], (number, given)
    assert not Grant.objects.exists()
    assert "order" in ROUTES


NOTHING: tuple[Any, ...] = (
    {}, {"number": ""}, {"email": ""}, {"number": "", "email": ""}, {"number": " ", "email": "\t"},
    {"number": "\u200b", "email": "\u200b"}, {"number": "\x00", "email": "\x00"}, {"number": "None", "email": "None"},
    {"number": "null", "email": "null"}, {"number": ["", ""], "email": ["", ""]}, {"number[]": "1", "email[]": "1"},
    {"number": "#", "email": "@"}, {"number": "%", "email": "%"}, {"number": "*", "email": "*"},
    {"number": "\ufeff", "email": "\u3000"}, {"number": "0", "email": "0"}, {"number": "False", "email": "False"},
)  # fmt: skip


@pytest.mark.parametrize("given", NOTHING, ids=repr)
@pytest.mark.parametrize("is_bare", [False, True], ids=["order", "order without number and email"])
def test_empty_null_whitespace_unicode_and_repeated_parameters_never_unlock(
    settings: Any, given: Any, is_bare: bool
) -> None:
    with_doctor(settings)
    bird = Bird()
    if is_bare:
        bird.order.contact.__class__.objects.update(
            checkout_email_digest="", email_digest="", checkout_phone_digest="", phone_digest="", email="", phone=""
        )
        bird.order.__class__.objects.update(number="", number_key="")
    client = Client()
    for path in ("/orders/", f"{bird.path}identify/", "/orders/code/ask/", f"{bird.path}code/", "/orders/code/"):
        answer = client.post(path, given, secure=True)
        assert "__Host-order-status" not in answer.cookies
        assert leaks(bird, answer.content.decode()) == []
    assert not Grant.objects.exists()


def test_of_repeated_parameters_one_counts_and_a_wrong_one_beside_it_opens_nothing_more(settings: Any) -> None:
    with_doctor(settings)
    bird = Bird()
    client = Client()
    client.post(
        f"{bird.path}identify/", {"number": [bird.number, "1"], "email": [bird.email, "x@example.org"]}, secure=True
    )
    assert not Grant.objects.exists()
    client.post(f"{bird.path}identify/", {"number": bird.number, "email": bird.email}, secure=True)
    assert Grant.objects.count() == 1
