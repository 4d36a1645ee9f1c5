"""Orders and requests for the tests of access."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from order_status_plugin.access import grants
from order_status_plugin.access.models import Grant
from order_status_plugin.events import ContactSnapshot, LineSnapshot, OrderSnapshot
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order

EMAIL = "nora.vega@example.org"


def snapshot(number: str = "TS-20418", email: str = EMAIL, reference: str = "", **more: Any) -> OrderSnapshot:
    contact = ContactSnapshot(name="Nora Vega", email=email, customer_reference=more.pop("customer", ""))
    return OrderSnapshot(
        reference=reference or number.casefold(),
        number=number,
        placed_at=dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC),
        lines=(LineSnapshot(reference="1", title="Stoneware bowl", quantity=2),),
        contact=contact,
        **more,
    )


def placed(number: str = "TS-20418", email: str = EMAIL, host: str = "shop", **more: Any) -> Order:
    return record.order(host, snapshot(number, email, **more), is_import=True)


def request(method: str = "get", path: str = "/", cookies: dict[str, str] | None = None, **more: Any) -> HttpRequest:
    made = getattr(RequestFactory(), method)(path, more.pop("data", None), secure=more.pop("secure", True), **more)
    made.COOKIES.update(cookies or {})
    made.user = AnonymousUser()
    return made


def let_in(
    order: Order, method: Grant.Method = Grant.Method.IDENTIFIED, cookies: dict[str, str] | None = None
) -> dict[str, str]:
    """Give a grant; return the cookies that the browser has then."""
    response = HttpResponse()
    grants.give(request("post", cookies=cookies), response, order, method)
    return {name: morsel.value for name, morsel in response.cookies.items()}
