"""The examples of the manual, as somebody would type them: in a shell, and in Python."""

from __future__ import annotations

import io
import json
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import Client

from order_status_plugin.cms.models import OrderNote
from order_status_plugin.tracking.models import Order

from .caller import Caller

MANUAL = Path(__file__).parents[2] / "docs" / "hosts" / "push.md"


def blocks(language: str) -> list[str]:
    """Return the examples in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", MANUAL.read_text(), re.MULTILINE | re.DOTALL)


def answer(method: str, url: str, headers: dict[str, str], body: Any) -> Any:
    """Have our views answer what would go out."""
    sent = {name: value for name, value in headers.items() if name.lower() not in {"content-type", "content-length"}}
    path = url.removeprefix("https://shop.example")
    return Client().generic(method, path, body or "", content_type="application/json", headers=sent, secure=True)


def curl(command: str, key: str) -> Any:
    """Do what curl would."""
    words = shlex.split(command.replace("\\\n", " ").replace("$ORDER_STATUS_KEY", key))
    assert words.pop(0) == "curl"
    method, url, headers, body = "GET", "", {}, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _colon, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        else:
            url = word
    return answer(method, url, headers, body)


@pytest.fixture
def through_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``requests`` reach our views instead of the network."""

    def send(self: Any, request: Any, **kwargs: Any) -> requests.Response:
        said = answer(request.method, request.url, dict(request.headers), request.body)
        response = requests.Response()
        response.status_code, response.url, response.request = said.status_code, request.url, request
        response.headers.update(said.headers)
        response.raw = io.BytesIO(said.content)
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)


def test_the_examples_work_as_they_stand(shop: Caller, through_us: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDER_STATUS_KEY", shop.text)
    [command] = [block for block in blocks("sh") if block.startswith("curl")]
    told = curl(command, shop.text)
    [said] = map(json.loads, blocks("json"))
    assert told.status_code == 201, told.content
    assert {**told.json(), "link": ""} == {**said, "link": ""}
    [program] = [block for block in blocks("python") if "requests" in block]
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(program, str(MANUAL), "exec"), {})
    assert out.getvalue().strip() == "out_for_delivery"
    assert Order.objects.get().reference == "20418"
    assert OrderNote.objects.count() == 1
