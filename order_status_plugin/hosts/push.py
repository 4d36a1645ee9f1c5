"""Any shop, by the push API: it calls ``orders/api/v1/`` with what changed, and we keep it.

``OPTIONS``, none of them needed: ``site`` (pk of the Wagtail Site whose look the orders have),
``sends_confirmation`` (True: the shop mails its own order confirmation, with our link in it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ValidationError

from ..backend import Webhook
from ..events import NoteTold, OrderChange, OrderSnapshot, ParcelNews
from ..exceptions import UnreadableMessage
from .pushed import PushedHost, build
from .pushed.body import EventsBody, FulfillmentBody, NoteBody, OrderBody, ParcelBody
from .pushed.call import NAMES, Call, Operation

T = TypeVar("T", bound=BaseModel)
Change = Callable[[OrderSnapshot], OrderSnapshot]


class PushHost(PushedHost):
    """Reads what the push API stored. Its keys are made in the admin: it has no webhook of its own."""

    label = "Push API"
    kept_headers: ClassVar[tuple[str, ...]] = NAMES
    takes_calls: ClassVar[bool] = True

    def is_pushed(self) -> bool:
        """Say that messages of the inbox under this alias are for this host."""
        return True

    def about(self, webhook: Webhook) -> str:
        """Return the order of the call."""
        return webhook.headers.get("order", "")

    def parse(self, webhook: Webhook) -> Iterable[OrderSnapshot | OrderChange | ParcelNews | NoteTold]:
        """Yield what one call says. Raises UnreadableMessage."""
        try:
            call = Call.of(webhook.headers)
        except (KeyError, ValueError):
            raise UnreadableMessage("This is no call of the push API.") from None
        yield self._said(call, webhook.body)

    def _said(self, call: Call, body: bytes) -> OrderSnapshot | OrderChange | ParcelNews | NoteTold:
        told_at = call.told_at
        match call.operation:
            case Operation.PUT_ORDER:
                whole = _read(OrderBody, body)
                if whole.fulfillments is not None:
                    return self.at_home(build.order(call.order, whole, None, told_at))
                return OrderChange(call.order, lambda old: self.at_home(build.order(call.order, whole, old, told_at)))
            case Operation.PUT_FULFILLMENT:
                one = _read(FulfillmentBody, body)
                return _change(call, lambda old: build.with_fulfillment(old, call.fulfillment, one, told_at))
            case Operation.DELETE_FULFILLMENT:
                return _change(call, lambda old: build.without_fulfillment(old, call.fulfillment, told_at))
            case Operation.PUT_PARCEL:
                parcel = _read(ParcelBody, body)
                return _change(call, lambda old: build.with_parcel(old, call.fulfillment, call.parcel, parcel, told_at))
            case Operation.DELETE_PARCEL:
                return _change(call, lambda old: build.without_parcel(old, call.fulfillment, call.parcel, told_at))
            case Operation.POST_EVENTS:
                update = build.news(call.parcel, _read(EventsBody, body), told_at)
                return ParcelNews(reference=call.order, fulfillment=call.fulfillment, update=update)
            case Operation.POST_NOTE:
                note = _read(NoteBody, body)
                return NoteTold(
                    reference=call.order,
                    text=build.note(note),
                    author=call.author,
                    is_public=note.is_public,
                    is_told=note.is_told,
                )


def _change(call: Call, change: Change) -> OrderChange:
    def apply(old: OrderSnapshot | None) -> OrderSnapshot:
        if old is None:
            raise UnreadableMessage(f"There is no order {call.order!r} yet: PUT it first.")
        return change(old)

    return OrderChange(call.order, apply)


def _read(cls: type[T], body: bytes) -> T:
    try:
        return cls.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = "/".join(str(part) for part in first["loc"])
        raise UnreadableMessage(f"/{where}: {first['msg']}") from None
