"""A Saleor that speaks over HTTP what ours is asked: its keys, our own GraphQL operations; and that signs as Saleor does.

Shaped after what a Saleor 3.23 sent; every value is made up.
"""

from __future__ import annotations

import base64
import copy
import datetime as dt
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client

from order_status_plugin.testing.provider import Call, Provider, Reply

TOKEN = "token-of-the-app-in-the-tests"
APP_ID = base64.b64encode(b"App:7").decode()
#: Microseconds and an offset, as Saleor writes them.
PLACED = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)).isoformat(timespec="microseconds")


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def global_id(kind: str, key: object | None = None) -> str:
    return base64.b64encode(f"{kind}:{key or uuid.uuid4()}".encode()).decode()


class Signer:
    """One RSA key of a Saleor."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(65537, 2048)

    @property
    def jwk(self) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        n, e = (b64(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (numbers.n, numbers.e))
        return {"kty": "RSA", "n": n, "e": e, "use": "sig", "key_ops": ["verify"], "kid": self.kid, "alg": "RS256"}

    def sign(self, body: bytes, **header: Any) -> str:
        """Return a detached JWS over the body; ``header`` takes the place of what Saleor writes."""
        said = {"alg": "RS256", "b64": False, "crit": ["b64"], "kid": self.kid, "typ": "JWT", **header}
        protected = b64(json.dumps(said, separators=(",", ":")).encode())
        return f"{protected}..{b64(self.private.sign(protected.encode() + b'.' + body, PKCS1v15(), SHA256()))}"

    def token(self, **claims: Any) -> str:
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.kid})


#: Making keys takes a second: once.
KEY, OTHER_KEY = Signer("first"), Signer("second")


def money(amount: float) -> dict[str, Any]:
    return {
        "currency": "USD",
        "gross": {"amount": amount},
        "net": {"amount": round(amount - 1, 2)},
        "tax": {"amount": 1.0},
    }


def address(**more: Any) -> dict[str, Any]:
    return {
        "firstName": "Ann",
        "lastName": "Example",
        "companyName": "",
        "streetAddress1": "1 Made-up Street",
        "streetAddress2": "",
        "city": "NEW YORK",
        "cityArea": "",
        "postalCode": "10001",
        "countryArea": "NY",
        "phone": "+12125550123",
        "country": {"code": "US", "country": "United States of America"},
        **more,
    }


def line(quantity: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "id": global_id("OrderLine"),
        "translatedProductName": "",
        "translatedVariantName": "",
        "productName": "Apple Juice",
        "variantName": "1l",
        "productSku": None,
        "quantity": quantity,
        "isShippingRequired": True,
        "unitPrice": money(2.49),
        "totalPrice": money(4.98),
        "thumbnail": {"url": "https://media.example/thumbnails/products/juice_256.png"},
        "variant": {"media": [], "product": {"slug": "apple-juice", "media": []}},
        **more,
    }


class Saleor:
    """The shop. ``url`` is its API's address; ``calls`` what it was asked."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.orders: dict[str, dict[str, Any]] = {}
        self.written: list[tuple[str, dict[str, Any]]] = []
        self.keys = [KEY]
        self.token = TOKEN
        self.app: dict[str, Any] = {
            "id": APP_ID,
            "identifier": "order-status-plugin",
            "permissions": [{"code": "MANAGE_ORDERS"}],
        }
        #: Answers in place of the shop's, by the start of a path.
        self.trouble: dict[str, int] = {}
        self.page_size = 100

    @property
    def url(self) -> str:
        return f"{self.provider.url}/graphql/"

    # --- what it answers ----------------------------------------------------------------------------

    def answer(self, call: Call) -> Reply:
        for path, status in self.trouble.items():
            if call.path.startswith(path):
                return Reply(status=status)
        if call.path == "/.well-known/jwks.json":
            return Reply.of({"keys": [key.jwk for key in self.keys]})
        if call.path != "/graphql/" or call.method != "POST":
            return Reply(status=404)
        asked = json.loads(call.body)
        if call.headers.get("authorization") != f"Bearer {self.token}":
            denied = {"message": "…", "extensions": {"exception": {"code": "PermissionDenied"}}}
            return Reply.of({"data": {"order": None}, "errors": [denied]})
        name = asked["query"].split("(")[0].split()[1]
        return Reply.of({"data": getattr(self, f"_{name}")(**asked["variables"])})

    def asked(self, name: str) -> int:
        """Return how often this operation was asked for."""
        return sum(f" {name}".encode() in call.body for call in self.provider.calls)

    def _OrderStatusApp(self) -> dict[str, Any]:
        return {"app": self.app}

    def _OrderStatusOrder(self, id: str) -> dict[str, Any]:
        return {"order": copy.deepcopy(self.orders.get(id))}

    def _OrderStatusOrders(self, after: str | None, since: str | None) -> dict[str, Any]:
        found = [key for key, order in self.orders.items() if not since or order["updatedAt"] >= since]
        start = int(after or 0)
        end = start + self.page_size
        edges = [{"node": {"id": key}} for key in found[start:end]]
        return {
            "orders": {
                "pageInfo": {"hasNextPage": end < len(found), "endCursor": str(end) if edges else None},
                "edges": edges,
            }
        }

    def _OrderStatusLink(self, id: str, input: list[dict[str, str]]) -> dict[str, Any]:
        return self._write("updatePrivateMetadata", {"id": id, "input": input})

    def _OrderStatusPublicLink(self, id: str, input: list[dict[str, str]]) -> dict[str, Any]:
        return self._write("updateMetadata", {"id": id, "input": input})

    def _OrderStatusNote(self, id: str, message: str) -> dict[str, Any]:
        return self._write("orderNoteAdd", {"id": id, "message": message})

    def _write(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        self.written.append((name, given))
        return {name: {"errors": []}}

    # --- what happens at it -------------------------------------------------------------------------

    def place(self, *lines: dict[str, Any], **more: Any) -> str:
        reference = global_id("Order")
        self.orders[reference] = {
            "id": reference,
            "number": str(20 + len(self.orders)),
            "created": PLACED,
            "updatedAt": PLACED,
            "status": "UNFULFILLED",
            "statusDisplay": "Unfulfilled",
            "languageCodeEnum": "EN",
            "displayGrossPrices": True,
            "userEmail": "ann@example.com",
            "user": None,
            "channel": {"slug": "default-channel"},
            "isShippingRequired": True,
            "shippingMethodName": "Default",
            "collectionPointName": None,
            "paymentStatus": "NOT_CHARGED",
            "chargeStatus": "NONE",
            "authorizeStatus": "NONE",
            "total": money(9.98),
            "subtotal": money(4.98),
            "shippingPrice": money(5.0),
            "totalRefunded": {"amount": 0.0},
            "payments": [],
            "shippingAddress": address(),
            "billingAddress": address(),
            "lines": list(lines or [line()]),
            "fulfillments": [],
            **more,
        }
        return reference

    def fulfil(self, reference: str, quantities: Mapping[int, int], number: str = "", **more: Any) -> str:
        """Send so many of each line, by its place in the order."""
        order = self.orders[reference]
        act = {
            "id": global_id("Fulfillment", sum(len(each["fulfillments"]) for each in self.orders.values()) + 10),
            "status": "FULFILLED",
            "statusDisplay": "Fulfilled",
            "trackingNumber": number,
            "created": PLACED,
            "metadata": [],
            "warehouse": {"name": "Africa"},
            "lines": [
                {"quantity": n, "orderLine": {"id": order["lines"][place]["id"]}} for place, n in quantities.items()
            ],
            **more,
        }
        order["fulfillments"].append(act)
        sent = sum(row["quantity"] for each in order["fulfillments"] for row in each["lines"])
        is_all = sent >= sum(each["quantity"] for each in order["lines"])
        order["status"] = "FULFILLED" if is_all else "PARTIALLY_FULFILLED"
        return str(act["id"])

    # --- what it sends ------------------------------------------------------------------------------

    def body(self, event: str, reference: str = "", **more: Any) -> bytes:
        """Return the body of an event: the same one is never made twice."""
        kind = event.title().replace("_", "")
        whose = {"order": {"id": reference}} if reference else {}
        return json.dumps({"__typename": kind, "issuedAt": f"{time.time_ns()}", **whose, **more}).encode()

    def headers(self, event: str, body: bytes, **more: str) -> dict[str, str]:
        given = {
            "Saleor-Event": event,
            "Saleor-Domain": "127.0.0.1",
            "Saleor-Api-Url": self.url,
            "Saleor-Signature": self.keys[0].sign(body),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        return {name: value for name, value in given.items() if value}

    def send(self, event: str, reference: str = "", *, body: bytes | None = None, **headers: str) -> int:
        """Post a webhook to our door and return the status of the answer."""
        body = self.body(event, reference) if body is None else body
        return post(body, self.headers(event, body, **headers))

    def register(self, **headers: str) -> Any:
        """Hand over the token, as the installation does."""
        given = {"Saleor-Api-Url": self.url, "Saleor-Domain": "127.0.0.1", **headers}
        return Client().post(
            "/orders/saleor/saleor/register/",
            json.dumps({"auth_token": self.token}),
            content_type="application/json",
            headers=given,
        )

    def form(self, reference: str, signer: Signer | None = None, **claims: Any) -> dict[str, str]:
        """Return the form that the dashboard posts, with the token of a member of staff."""
        now = int(time.time())
        said = {
            "iat": now,
            "exp": now + 300,
            "iss": self.url,
            "type": "thirdparty",
            "app": APP_ID,
            "email": "staff@shop.example",
            "permissions": ["MANAGE_ORDERS"],
            "user_permissions": ["MANAGE_ORDERS", "MANAGE_PRODUCTS"],
            **claims,
        }
        token = (signer or self.keys[0]).token(**{name: value for name, value in said.items() if value is not None})
        return {"orderId": reference, "accessToken": token, "appId": APP_ID, "saleorApiUrl": self.url}


def post(body: bytes, headers: Mapping[str, str]) -> int:
    response = Client().post("/orders/hooks/saleor/", body, content_type="application/json", headers=dict(headers))
    return response.status_code


@contextmanager
def running() -> Iterator[Saleor]:
    """Yield a Saleor that listens on this machine."""
    with Provider(lambda call: shop.answer(call)) as provider:
        shop = Saleor(provider)
        yield shop
