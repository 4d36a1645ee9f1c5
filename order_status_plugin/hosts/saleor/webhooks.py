"""Saleor's webhooks: which events we hear, with which query, and what each body means.

The body is the bare event, because the query has one field and that is called ``event``. Its words are never believed
beyond whom they name: times in them are stale, and deliveries overtake each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...events import HostLeft, OrderNudge
from ...exceptions import UnreadableMessage

#: Order:<uuid> in base64: Saleor's global id of an order. Who knows it may read much of the order without a token.
ORDER_ID = re.compile(r"T3JkZXI6[A-Za-z0-9+/]{48}")
_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")

Handler = Callable[[Mapping[str, Any], str], Iterable[OrderNudge | HostLeft]]


@dataclass(frozen=True, slots=True)
class SaleorWebhook:
    """One webhook of the app: its events in Saleor's spelling, the subscription's query, and who reads the body."""

    name: str
    events: tuple[str, ...]
    query: str
    #: Is given the body and our own app's id; yields what it means. Raises UnreadableMessage.
    handler: Handler

    def manifest(self, target_url: str) -> dict[str, Any]:
        """Return its entry in the manifest."""
        return {
            "name": self.name,
            "targetUrl": target_url,
            "query": self.query,
            "asyncEvents": list(self.events),
            "isActive": True,
        }


def event_of(body: Mapping[str, Any]) -> str:
    """Return the event that a body is of, as the header spells it: the header itself is not signed."""
    name = body.get("__typename")
    return _CAMEL.sub("_", name).lower() if isinstance(name, str) else ""


def order_of(body: Mapping[str, Any]) -> str:
    """Return the id of the order that a body names, "" where it names none."""
    order = body.get("order")
    reference = order.get("id") if isinstance(order, dict) else None
    return reference if isinstance(reference, str) and ORDER_ID.fullmatch(reference) else ""


def _named(body: Mapping[str, Any], app_id: str) -> Iterable[OrderNudge]:
    """Yield the order that the event is of, but for what we did ourselves: that would go on for ever."""
    issuer = body.get("issuingPrincipal")
    if isinstance(issuer, dict) and issuer.get("__typename") == "App" and issuer.get("id") == app_id:
        return
    reference = order_of(body)
    if not reference:
        raise UnreadableMessage("It names no order.")
    yield OrderNudge(reference)


def _left(body: Mapping[str, Any], app_id: str) -> Iterable[HostLeft]:
    """Yield that an app was taken out of Saleor: which one is checked where the token is dropped."""
    app = body.get("app")
    given = app.get("id") if isinstance(app, dict) else None
    if not isinstance(given, str):
        raise UnreadableMessage("It names no app.")
    yield HostLeft(given)


def _on(names: Iterable[str], fields: str) -> str:
    types = (name.title().replace("_", "") for name in names)
    return " ".join(f"... on {kind} {{ {fields} }}" for kind in types)


def _query(events: Iterable[str], fields: str) -> str:
    return f"subscription {{ event {{ __typename issuedAt {_on(events, fields)} }} }}"


_ORDER = (
    "ORDER_CREATED",
    "ORDER_CONFIRMED",
    "ORDER_UPDATED",
    "ORDER_PAID",
    "ORDER_FULLY_PAID",
    "ORDER_REFUNDED",
    "ORDER_FULLY_REFUNDED",
    "ORDER_CANCELLED",
    "ORDER_EXPIRED",
    "ORDER_FULFILLED",
)
_FULFILLMENT = (
    "FULFILLMENT_CREATED",
    "FULFILLMENT_APPROVED",
    "FULFILLMENT_CANCELED",
    "FULFILLMENT_TRACKING_NUMBER_UPDATED",
    "FULFILLMENT_METADATA_UPDATED",
)
_LIFE = ("APP_DELETED",)
_WHOSE = "issuingPrincipal { __typename ... on App { id } } order { id }"

WEBHOOKS = (
    SaleorWebhook("Orders", _ORDER, _query(_ORDER, _WHOSE), _named),
    SaleorWebhook("Fulfillments", _FULFILLMENT, _query(_FULFILLMENT, _WHOSE), _named),
    SaleorWebhook("App", _LIFE, _query(_LIFE, "app { id }"), _left),
)


def for_event(event: str) -> SaleorWebhook | None:
    """Return who hears this event, None for what we do not hear."""
    return next((webhook for webhook in WEBHOOKS if event.upper() in webhook.events), None)
