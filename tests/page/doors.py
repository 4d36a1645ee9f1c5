"""Browsers, mails and forms for the tests of the page's doors."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail
from django.http import HttpResponse
from django.test import Client

from order_status_plugin import flow

PERSON = {"number": "TS-20418", "email": "noor@example.org"}


def browser(address: str = "192.0.2.1") -> Client:
    """Return a browser over https that knows nothing."""
    client = Client(REMOTE_ADDR=address)
    client.defaults["wsgi.url_scheme"] = "https"
    return client


def posted() -> list[Any]:
    """Let the worker send what is owed; return the mails since the last call."""
    mail.outbox.clear()
    flow.drain_outbox()
    return list(mail.outbox)


def code_in(letter: Any) -> str:
    found = re.search(r"^([0-9A-Z]{4}-[0-9A-Z]{4})$", letter.body, re.MULTILINE)
    assert found, letter.body
    return found[1]


def without_holes(response: HttpResponse) -> tuple[int, list[tuple[str, str]], str]:
    """Return status, headers and body without what differs between any two requests."""
    body = re.sub(r'value="[A-Za-z0-9]{64}"|<time.*?</time>', "", response.content.decode())
    given = [(name, value) for name, value in response.headers.items() if name != "Content-Length"]
    return response.status_code, sorted(given), body
