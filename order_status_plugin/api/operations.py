"""What can be called for: one function an operation. Each stores what it is told and answers how the order stands."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.urls import reverse
from ninja import Body, Header, Path, Query, Router, Status
from pydantic import StringConstraints

from ..access import claims, links
from ..access.api_keys import Scope
from ..carriers import catalogue
from ..conf import conf
from ..events import OrderSnapshot, Tier
from ..exceptions import UnknownOrder
from ..hosts.pushed import shelf
from ..hosts.pushed.body import EventsBody, FulfillmentBody, Key, NoteBody, OrderBody, ParcelBody
from ..hosts.pushed.call import Operation
from ..tracking.models import Order, Parcel
from . import answers, calls
from .answers import CallAnswer, ClaimAnswer, OrderAnswer, OrdersAnswer
from .auth import Bearer
from .problems import Problem, WrongField, wrong
from .shown import ShownOrder, show

router = Router()

#: So many orders of one number are listed.
_MOST = 20

Alias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Number = Annotated[str, StringConstraints(min_length=1, max_length=190, pattern=r"^[^\s/\\?#%\x00-\x20\x7f]+$")]
Once = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
IdempotencyKey = Annotated[
    Once | None,
    Header(
        None,
        alias="Idempotency-Key",
        description="Yours for this one call: the same key and call again is the same call, and is answered again.",
    ),
]

_ORDERS = "/hosts/{alias}/orders"
_ORDER = _ORDERS + "/{reference}"
_FULFILLMENT = _ORDER + "/fulfillments/{fulfillment}"
_PARCEL = _FULFILLMENT + "/parcels/{parcel}"
_TAKEN = {200: CallAnswer, 202: CallAnswer}


@router.put(_ORDER, auth=Bearer(Scope.ORDERS_WRITE), response={201: CallAnswer, **_TAKEN}, tags=["orders"])
def put_order(
    request: HttpRequest, alias: Path[Alias], reference: Path[Key], body: Body[OrderBody], key: IdempotencyKey = None
) -> Any:
    """Tell the whole state of an order. Calling it again changes nothing: call it whenever something changed.

    201: the order is new. 200: it was known. 202: stored, and done soon by the worker.
    """
    is_new = not Order.objects.filter(host=alias, reference=reference).exists()
    taken = calls.take(request, alias, Operation.PUT_ORDER, key=key, order=reference)
    status = 201 if is_new and taken.status == 200 else taken.status
    return Status(status, answers.of_call(alias, reference, taken))


@router.get(_ORDER, auth=Bearer(Scope.ORDERS_READ), response=OrderAnswer, tags=["orders"])
def get_order(request: HttpRequest, alias: Path[Alias], reference: Path[Key]) -> Any:
    """Return how an order stands, and where its page is."""
    return answers.of_order(_recorded(alias, reference))


@router.get(_ORDERS, auth=Bearer(Scope.ORDERS_READ), response=OrdersAnswer, tags=["orders"])
def list_orders(
    request: HttpRequest,
    alias: Path[Alias],
    number: Annotated[
        str,
        Query(
            ...,
            min_length=1,
            max_length=190,
            pattern=r"^[^\x00-\x1f\x7f]+$",
            description="What the customer knows it by; spaces, case and a leading # do not matter.",
        ),
    ],
) -> Any:
    """Return the orders of one number, the newest first."""
    _ask_only(request, "number")
    key = calls.host_of(alias).normalise_number(number)
    found = Order.objects.filter(host=alias, number_key=key).exclude(number_key="").order_by("-placed_at", "-pk")
    return OrdersAnswer(orders=[answers.of_order(order) for order in found[:_MOST]])


@router.get(_ORDER + "/view", auth=Bearer(Scope.ORDERS_READ), response=ShownOrder, tags=["orders"])
def view_order(
    request: HttpRequest,
    alias: Path[Alias],
    reference: Path[Key],
    tier: Annotated[
        Literal["public", "private"],
        Query("public", description="public: what anyone with the link sees. private: what its customer sees."),
    ] = "public",
    language: Annotated[
        str,
        Query("", max_length=15, pattern=r"^[A-Za-z-]*$", description="One of the shop's; left out: the order's own."),
    ] = "",
) -> Any:
    """Return the picture of an order, ready to print: field by field what the page shows to that tier."""
    _ask_only(request, "tier", "language")
    return show(_recorded(alias, reference), Tier(tier), language)


@router.put(_FULFILLMENT, auth=Bearer(Scope.ORDERS_WRITE), response=_TAKEN, tags=["fulfillments"])
def put_fulfillment(
    request: HttpRequest,
    alias: Path[Alias],
    reference: Path[Key],
    fulfillment: Path[Key],
    body: Body[FulfillmentBody],
    key: IdempotencyKey = None,
) -> Any:
    """Tell one act of sending, whole."""
    told = _told(alias, reference)
    lines = {line.reference for line in told.lines} if told else None
    for place, line in enumerate(body.lines):
        if lines is not None and line.line not in lines:
            raise wrong(f"/lines/{place}/line", f"The order has no line {line.line!r}.")
    return _take(request, alias, Operation.PUT_FULFILLMENT, key, order=reference, fulfillment=fulfillment)


@router.delete(_FULFILLMENT, auth=Bearer(Scope.ORDERS_WRITE), response=_TAKEN, tags=["fulfillments"])
def delete_fulfillment(
    request: HttpRequest, alias: Path[Alias], reference: Path[Key], fulfillment: Path[Key], key: IdempotencyKey = None
) -> Any:
    """Take an act of sending back. One that is not there is taken back already."""
    _told(alias, reference)
    return _take(request, alias, Operation.DELETE_FULFILLMENT, key, order=reference, fulfillment=fulfillment)


@router.put(_PARCEL, auth=Bearer(Scope.ORDERS_WRITE), response=_TAKEN, tags=["parcels"])
def put_parcel(
    request: HttpRequest,
    alias: Path[Alias],
    reference: Path[Key],
    fulfillment: Path[Key],
    parcel: Path[Number],
    body: Body[ParcelBody],
    key: IdempotencyKey = None,
) -> Any:
    """Tell one parcel of a fulfillment. ``parcel`` is its tracking number; one in the body is not needed."""
    _with(alias, reference, fulfillment)
    about = {"order": reference, "fulfillment": fulfillment, "parcel": parcel}
    return _take(request, alias, Operation.PUT_PARCEL, key, **about)


@router.delete(_PARCEL, auth=Bearer(Scope.ORDERS_WRITE), response=_TAKEN, tags=["parcels"])
def delete_parcel(
    request: HttpRequest,
    alias: Path[Alias],
    reference: Path[Key],
    fulfillment: Path[Key],
    parcel: Path[Number],
    key: IdempotencyKey = None,
) -> Any:
    """Take a parcel back. One that is not there is taken back already."""
    _with(alias, reference, fulfillment)
    about = {"order": reference, "fulfillment": fulfillment, "parcel": parcel}
    return _take(request, alias, Operation.DELETE_PARCEL, key, **about)


@router.post(_PARCEL + "/events", auth=Bearer(Scope.EVENTS_WRITE), response=_TAKEN, tags=["parcels"])
def post_events(
    request: HttpRequest,
    alias: Path[Alias],
    reference: Path[Key],
    fulfillment: Path[Key],
    parcel: Path[Number],
    body: Body[EventsBody],
    key: IdempotencyKey = None,
) -> Any:
    """Tell what happened to a parcel. The same event again is known; the order of telling does not matter."""
    _with(alias, reference, fulfillment)
    rows = Parcel.objects.filter(order__host=alias, order__reference=reference, fulfillment__reference=fulfillment)
    is_there = rows.filter(number_key=catalogue.normalise_number(parcel)).exists()
    if not is_there and not calls.is_awaited(alias, reference):
        raise Problem(404, f"The fulfillment has no parcel {parcel!r}.")
    about = {"order": reference, "fulfillment": fulfillment, "parcel": parcel}
    return _take(request, alias, Operation.POST_EVENTS, key, **about)


@router.post(_ORDER + "/notes", auth=Bearer(Scope.NOTES_WRITE), response=_TAKEN, tags=["notes"])
def post_note(
    request: HttpRequest, alias: Path[Alias], reference: Path[Key], body: Body[NoteBody], key: IdempotencyKey = None
) -> Any:
    """Write a note to the customer. Give an Idempotency-Key: without one, each call writes another note."""
    _told(alias, reference)
    return _take(request, alias, Operation.POST_NOTE, key, order=reference)


@router.post(_ORDER + "/claims", auth=Bearer(Scope.CLAIMS_WRITE), response=ClaimAnswer, tags=["claims"])
def post_claim(request: HttpRequest, alias: Path[Alias], reference: Path[Key]) -> Any:
    """Return the code by which the browser that has just ordered is let in: for a thank-you page of your own."""
    _told(alias, reference)
    link = links.url_for_reference(alias, reference)
    return ClaimAnswer(
        code=claims.code_for(alias, reference),
        action=_beside(link, reverse("order_status:claim")),
        expires_in=int(conf.CLAIM_LIFETIME.total_seconds()),
        link=link,
    )


def _take(request: HttpRequest, alias: str, operation: Operation, key: str | None, **about: str) -> Any:
    taken = calls.take(request, alias, operation, key=key, **about)
    return Status(taken.status, answers.of_call(alias, about["order"], taken))


def _ask_only(request: HttpRequest, *names: str) -> None:
    """Raise Problem for anything else behind the question mark: what is misspelt would be ignored in silence."""
    for name in request.GET:
        if name not in names:
            raise Problem(422, "There is no such parameter.", errors=[WrongField(parameter=name, detail="Unknown.")])


def _recorded(alias: str, reference: str) -> Order:
    """Return the order's row. Raises Problem."""
    calls.host_of(alias)
    order = Order.objects.select_related("site").filter(host=alias, reference=reference).exclude(read_at=None).first()
    if order is None:
        raise Problem(404, f"There is no order {reference!r}.")
    return order


def _told(alias: str, reference: str) -> OrderSnapshot | None:
    """Return the order as it was told, None while its first call waits. Raises Problem."""
    calls.caller_of(alias)
    if Order.objects.filter(host=alias, reference=reference, erased_at__isnull=False).exists():
        raise Problem(410, "What was personal of this order was erased: nothing more is kept of it.")
    try:
        return shelf.get(alias, reference)
    except UnknownOrder:
        if calls.is_awaited(alias, reference):
            return None
    raise Problem(404, f"There is no order {reference!r}: PUT it first.")


def _with(alias: str, reference: str, fulfillment: str) -> None:
    """Raise Problem where the order, or this fulfillment of it, is not there."""
    told = _told(alias, reference)
    if told is None or any(each.reference == fulfillment for each in told.fulfillments):
        return
    if not calls.is_awaited(alias, reference):
        raise Problem(404, f"The order has no fulfillment {fulfillment!r}.")


def _beside(link: str, path: str) -> str:
    """Return the absolute address of a path of ours on the same origin as this link."""
    scheme, _slashes, rest = link.partition("//")
    return f"{scheme}//{rest.partition('/')[0]}{path}"
