"""Whether a row of the outbox may leave, and to whom: asked when it is written, and again when its call is next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from ..backends import get_channel
from ..cms import notes
from ..exceptions import BackendError, TemporaryFailure
from .consent import may_send
from .known import Known, subject
from .models import OutboxMessage
from .outbox import NOT_NOTIFIED
from .overtaken import is_overtaken
from .withheld import NO_ADDRESS, NO_DEVICE, OVERTAKEN, QUIET_HOURS, SHOP_IS_OFF, WITHDRAWN, Withheld

if TYPE_CHECKING:
    import datetime as dt

    from ..channels.base import Channel
    from ..events import Address, ContactSnapshot
    from .consent import Asked


def admit(row: OutboxMessage, known: Known | None = None) -> tuple[ContactSnapshot, str]:
    """Return the person and where they are reached, if this row may leave now. ``known`` was read for its batch.

    Raises Withheld, Later, or TemporaryFailure to try again.
    """
    known = known or Known([row])
    if known.is_quiet(row):
        raise Withheld(NOT_NOTIFIED)
    contact = known.contacts.get(row.order_id)
    try:
        channel = get_channel(row.channel)
        recipient = _recipient(row, channel, contact, known) if contact else ""
    except (KeyError, BackendError) as error:
        raise TemporaryFailure(f"The channel {row.channel!r} cannot be used: {error}") from error
    if contact is None or not recipient:
        raise Withheld(NO_DEVICE if contact and channel.subscribes else NO_ADDRESS)
    ask(row, recipient, contact.shipping_address, known.asked.get(row.channel))
    return contact, recipient


def ask(row: OutboxMessage, recipient: str, address: Address | None, asked: Asked | None = None) -> None:
    """Ask what may change at any moment. Raises Withheld or Later.

    ``address`` is where the order goes, ``asked`` what the database said of it a moment ago.
    """
    kind, pk = subject(row.subject)
    if kind == "note" and pk and notes.is_public(pk) is None:  # on the page no more
        raise Withheld(WITHDRAWN)
    now = timezone.now()
    rules = may_send(row.order, row.channel, row.milestone, recipient, now, address, asked, _news_since(row))
    if is_overtaken(row, rules):
        raise Withheld(OVERTAKEN)


def _news_since(row: OutboxMessage) -> dt.datetime:
    """Return from when its age counts: from when it happened, whatever it waited for.

    It was news before a night, before a try that failed, and is what staff send again: then from when it was due.
    """
    is_due_again = row.reason == QUIET_HOURS or (row.attempts > 0 and row.reason != SHOP_IS_OFF)
    return row.due_at if is_due_again else row.happened_at


def _recipient(row: OutboxMessage, channel: Channel, contact: ContactSnapshot, known: Known) -> str:
    if not channel.subscribes:
        return channel.recipient(contact)
    device = known.device(row)
    return device.recipient if device else ""
