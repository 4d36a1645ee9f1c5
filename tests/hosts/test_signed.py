"""Nobody but the shop is heard: webhooks that were changed on their way, and the same one many times at once.

A copy from every host, changed by one bit, one header, one key: 0 are stored, and nothing breaks. Saleor's are forged in
``tests/projects/saleor/test_crowd.py``.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from order_status_plugin.hosts.pushed.signed import sign
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking.models import Order
from tests.api.caller import PUSH, ROOT, Caller
from tests.api.caller import order as pushed

from . import entries, shopify, woocommerce

HOSTS = {"shopify": entries.SHOPIFY, "woo": entries.WOO, "push": {"BACKEND": PUSH}}
COPIES = 50
CHECKOUT = Path(__file__).parents[2]

Signed = tuple[str, str, bytes, dict[str, str]]


def webhooks() -> dict[str, Callable[[], Signed]]:
    """Return, by host, what makes one genuine delivery: method, address, body, headers."""
    key = Caller("push").text

    def of_shopify() -> Signed:
        body = json.dumps(shopify.order()).encode()
        return "POST", "/orders/hooks/shopify/", body, shopify.headers("orders/create", body, delivery="one")

    def of_woo() -> Signed:
        body = json.dumps(woocommerce.order()).encode()
        return "POST", "/orders/hooks/woo/", body, woocommerce.headers("order.created", body, delivery="one")

    def of_push() -> Signed:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
        return "PUT", f"{ROOT}/hosts/push/orders/A-1", json.dumps(pushed()).encode(), headers

    return {"shopify": of_shopify, "woo": of_woo, "push": of_push}


#: Where the proof stands.
PROOF = {"shopify": "X-Shopify-Hmac-Sha256", "woo": "X-WC-Webhook-Signature", "push": "Authorization"}

#: Headers that nobody signs, and what an order's body must not be taken for under them; None: the header is left out.
BESIDE: dict[str, dict[str, tuple[str | None, ...]]] = {
    "shopify": {
        "X-Shopify-Topic": (
            None,
            "",
            "fulfillments/create",
            "fulfillments/update",
            "refunds/create",
            "checkouts/create",
        ),
        "X-Shopify-Shop-Domain": (None, "", "eve.myshopify.com", f"{shopify.SHOP}.eve.example", "x" + shopify.SHOP),
    },
    "woo": {
        "X-WC-Webhook-Topic": (None, "", "order.deleted", "product.deleted", "product.updated", "action.order"),
        "X-WC-Webhook-Source": (
            None,
            "",
            "https://eve.example/",
            "http://tilia.example/",
            "https://tilia.example.eve/",
        ),
    },
}
#: Headers that nobody signs either, and that change nothing: who replays a delivery can make them up.
MADE_UP: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "shopify": ("X-Shopify-Webhook-Id", "X-Shopify-Topic", ("orders/create", "orders/updated", "orders/cancelled")),
    "woo": ("X-WC-Webhook-Delivery-ID", "X-WC-Webhook-Topic", ("order.created", "order.updated", "order.restored")),
}


@pytest.fixture
def shops(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": HOSTS, "LIMIT_API_STRANGER_HOUR": 10**6}


def send(signed: Signed, client: Client | None = None) -> int:
    method, url, body, headers = signed
    client = client or Client(raise_request_exception=False)
    return client.generic(method, url, body, content_type="application/json", headers=headers).status_code


def spoilt(pick: random.Random, signed: Signed, host: str) -> Signed:
    """Return a delivery that is not genuine any more: body, proof, or what stands beside them was changed."""
    method, url, body, headers = signed
    headers, proof = dict(headers), PROOF[host]
    way = pick.randrange(8 if host in BESIDE else 3)
    text = headers[proof]
    at = pick.randrange(7 if proof == "Authorization" else 0, len(text))
    if way == 0:  # one character of the proof
        other = pick.choice([char for char in "abcXYZ019+/" if char != text[at]])
        headers[proof] = text[:at] + other + text[at + 1 :]
    elif way == 1:
        headers[proof] = pick.choice(("", text[:at], text + "=", text[::-1], text + text, "null", "é" * 9))
    elif way == 2:
        del headers[proof]
    elif way == 3:  # one bit of the body
        where = pick.randrange(len(body))
        body = body[:where] + bytes([body[where] ^ (1 << pick.randrange(8))]) + body[where + 1 :]
    elif way == 4:
        body = pick.choice((b"", body[: pick.randrange(len(body))], body + b" ", body + body, b"\x00" + body))
    elif way == 5:  # words that somebody would like to say
        body = body.replace(b"noor@example.org", b"eve%d@example.org" % pick.randrange(10**6))
    elif way == 6:  # another's key
        headers[proof] = sign(body, f"key of eve {pick.randrange(10**6)}")
    else:
        name = pick.choice(list(BESIDE[host]))
        given = pick.choice(BESIDE[host][name])
        headers = {**headers, name: given} if given is not None else {k: v for k, v in headers.items() if k != name}
    return method, url, body, headers


@pytest.mark.django_db
@pytest.mark.usefixtures("shops", "unlogged")
@pytest.mark.parametrize("host", PROOF)
def test_what_was_tampered_with_is_never_heard(host: str, volume_once: str) -> None:
    """10⁵ over the signed ones, with Saleor's, under ``full``, beside one database: what is refused comes to none."""
    genuine, pick, client = webhooks()[host](), random.Random(host), Client(raise_request_exception=False)
    seen: Counter[int] = Counter()
    most = 40_000 if host in BESIDE else 10_000
    for _ in range({"full": most, "moderate": 200}.get(volume_once, 40)):
        seen[send(spoilt(pick, genuine, host), client)] += 1
    assert set(seen) <= {400, 401}, seen
    assert not InboxMessage.objects.exists()
    assert not Order.objects.exists()
    assert send(genuine) in (200, 201)


@pytest.mark.django_db
@pytest.mark.usefixtures("shops", "unlogged")
@pytest.mark.parametrize(
    ("host", "name", "given"), [(h, n, g) for h in BESIDE for n in BESIDE[h] for g in BESIDE[h][n]]
)
def test_no_header_makes_another_of_what_was_said(host: str, name: str, given: str | None) -> None:
    genuine = method, url, body, headers = webhooks()[host]()
    send(genuine)
    order = Order.objects.get()
    other = {**headers, name: given or ""}
    if given is None:
        del other[name]
    assert send((method, url, body, other)) == 400
    assert InboxMessage.objects.count() == 1
    assert (Order.objects.get().version, Order.objects.get().headline) == (order.version, order.headline)


def replayed(host: str, signed: Signed, number: int) -> Signed:
    """Return it as somebody says it again who has it: with an id of its own, and a topic that the body bears."""
    method, url, body, headers = signed
    if host not in MADE_UP:
        return signed
    delivery, topic, topics = MADE_UP[host]
    return method, url, body, {**headers, delivery: f"made up {number}", topic: topics[number % len(topics)]}


@pytest.mark.django_db
@pytest.mark.usefixtures("shops", "unlogged")
@pytest.mark.parametrize("host", PROOF)
def test_what_is_replayed_has_one_effect(host: str, volume: str) -> None:
    genuine, client = webhooks()[host](), Client(raise_request_exception=False)
    send(genuine)
    order = Order.objects.get()
    for number in range(500 if volume == "full" else 20):
        assert send(replayed(host, genuine, number), client) == 200
    assert InboxMessage.objects.count() == 1
    assert (Order.objects.get().version, Order.objects.get().headline) == (order.version, order.headline)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shops", "unlogged")
@pytest.mark.parametrize("host", PROOF)
def test_fifty_copies_at_once_have_one_effect(host: str) -> None:
    fifty_copies(webhooks()[host])


def fifty_copies(make: Callable[[], Signed]) -> None:
    """Send them from as many threads as a PostgreSQL has connections for."""

    def one(_number: int) -> int:
        try:
            return send(make())
        finally:
            connection.close()

    with ThreadPoolExecutor(25) as pool:
        seen = Counter(pool.map(one, range(COPIES)))
    assert set(seen) <= {200, 201, 202}, seen
    assert InboxMessage.objects.count() == 1
    assert InboxMessage.objects.get().state == "handled"
    assert Order.objects.get().version == Order().version + 1


@pytest.mark.sqlite
def test_fifty_copies_at_once_have_one_effect_on_sqlite(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.hosts.race", str(tmp_path / "db.sqlite3")],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout.split() == list(PROOF), done.stderr
