"""From a row of the outbox to a message that can leave, or the reason why it must not. Read anew at every try."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.urls import reverse
from django.utils import timezone, translation

from ..access.links import order_url
from ..backends import get_channel
from ..channels.base import Message
from ..cms import notes
from ..events import Milestone
from ..exceptions import BackendError, TemporaryFailure
from ..tracking.models import Fulfillment
from ..view.milestone import build_milestone
from ..view.names import first_name
from . import budget, notices
from .consent import may_send
from .language import language_of
from .models import OutboxMessage
from .outbox import NOT_NOTIFIED
from .overtaken import is_overtaken
from .person import addressee
from .render import render
from .stop import stop_token
from .withheld import ERASED, NO_ADDRESS, OVERTAKEN, WITHDRAWN, Withheld


def compose(row: OutboxMessage) -> Message:
    """Return the message of this row and of those it tells. Raises Withheld, Later, or TemporaryFailure to try later."""
    order = row.order
    if order.erased_at:
        raise Withheld(ERASED)
    if row.milestone in notices.WORDS:
        return notices.compose(row)
    if _is_quiet(row):
        raise Withheld(NOT_NOTIFIED)
    if _is_withdrawn(row):
        raise Withheld(WITHDRAWN)
    contact = addressee(order.pk)
    try:
        channel = get_channel(row.channel)
        recipient = channel.recipient(contact) if contact else ""
    except (KeyError, BackendError) as error:
        raise TemporaryFailure(f"The channel {row.channel!r} cannot be used: {error}") from error
    if contact is None or not recipient:
        raise Withheld(NO_ADDRESS)
    rules = may_send(order, row.channel, row.milestone, recipient, timezone.now(), contact.shipping_address)
    if is_overtaken(row, rules):
        raise Withheld(OVERTAKEN)
    language = language_of(order.locale)
    with translation.override(language):
        link = order_url(order)
        stop = urljoin(link, reverse("order_status:unsubscribe", args=[stop_token(order, row.channel)]))
        about = [row.subject, *row.tells.values_list("subject", flat=True)]
        name = first_name(contact.name)
        news = build_milestone(
            order,
            Milestone(row.milestone),
            **(_about(row.subject) if len(about) == 1 else {}),
            known={"link": link, "order_number": order.number, "first_name": name},
        )
        texts = render(news, link=link, stop=stop, number=order.number, first_name=name)
    budget.spend(channel, timezone.now())  # the last thing: what is not sent for other reasons costs nothing
    return Message(
        key=row.key,
        recipient=recipient,
        subject=texts.subject,
        text=texts.text,
        html=texts.html,
        link=link,
        language=language,
        milestone=row.milestone,
        unsubscribe_url=stop,
        sender_name=news.order.shop,
    )


def _about(subject: str) -> dict[str, Any]:
    kind, _, pk = subject.partition(":")
    return {f"{kind}_id": int(pk)} if kind in ("parcel", "fulfillment", "note") and pk.isdecimal() else {}


def _is_quiet(row: OutboxMessage) -> bool:
    """Say whether staff switched the customer's messages off for this shipment since the row was written."""
    about = _about(row.subject)
    where = {"pk": about["fulfillment_id"]} if "fulfillment_id" in about else {"parcels": about.get("parcel_id", 0)}
    return Fulfillment.objects.filter(**where, notify_customer=False).exists()


def _is_withdrawn(row: OutboxMessage) -> bool:
    """Say whether the note that this tells of is on the page no more."""
    about = _about(row.subject)
    return "note_id" in about and notes.is_public(about["note_id"]) is None
