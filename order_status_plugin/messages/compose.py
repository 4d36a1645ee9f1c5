"""From a row of the outbox to a message that can leave, or the reason why it must not. Read anew at every try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from django.urls import reverse
from django.utils import timezone, translation

from ..access.links import order_url
from ..backends import get_channel
from ..channels.base import Channel, Message
from ..cms import notes
from ..cms.look import look_for
from ..cms.messages import messages_for
from ..cms.told import texts_for
from ..events import Milestone
from ..exceptions import BackendError, TemporaryFailure
from ..view.milestone import build_milestone
from ..view.names import first_name
from . import budget, notices, subscriptions
from .consent import may_send
from .known import Known, subject
from .language import language_of
from .markup import markup
from .models import OutboxMessage
from .outbox import NOT_NOTIFIED
from .overtaken import is_overtaken
from .render import render
from .stop import stop_token
from .withheld import ERASED, NO_ADDRESS, NO_DEVICE, OVERTAKEN, WITHDRAWN, Withheld

if TYPE_CHECKING:
    from ..events import ContactSnapshot


def admit(row: OutboxMessage, known: Known | None = None) -> tuple[ContactSnapshot, str]:
    """Return the person and where they are reached, if this row may leave now. ``known`` was read for its batch.

    Raises Withheld, Later, or TemporaryFailure to try again.
    """
    order = row.order
    known = known or Known([row])
    if known.is_quiet(row):
        raise Withheld(NOT_NOTIFIED)
    if _is_withdrawn(row):
        raise Withheld(WITHDRAWN)
    contact = known.contacts.get(order.pk)
    try:
        channel = get_channel(row.channel)
        recipient = _recipient(row, channel, contact) if contact else ""
    except (KeyError, BackendError) as error:
        raise TemporaryFailure(f"The channel {row.channel!r} cannot be used: {error}") from error
    if contact is None or not recipient:
        raise Withheld(NO_DEVICE if contact and channel.subscribes else NO_ADDRESS)
    rules = may_send(order, row.channel, row.milestone, recipient, timezone.now(), contact.shipping_address)
    if is_overtaken(row, rules):
        raise Withheld(OVERTAKEN)
    return contact, recipient


def _recipient(row: OutboxMessage, channel: Channel, contact: ContactSnapshot) -> str:
    if not channel.subscribes:
        return channel.recipient(contact)
    devices = subscriptions.addresses(row.order_id, row.channel)
    return next((recipient for recipient, digest in devices if digest == row.recipient_digest), "")


def compose(row: OutboxMessage, known: Known | None = None) -> Message:
    """Return the message of this row and of those it tells. Raises what :func:`admit` raises."""
    order = row.order
    if order.erased_at:
        raise Withheld(ERASED)
    if row.milestone in notices.WORDS:
        return notices.compose(row)
    known = known or Known([row])
    contact, recipient = admit(row, known)
    channel = get_channel(row.channel)
    # A device that asked says in which language; an address has the order's.
    asked = subscriptions.language(order.pk, row.channel, row.recipient_digest) if channel.subscribes else ""
    language = asked or language_of(order.locale)
    with translation.override(language):
        link = order_url(order)
        stop = urljoin(link, reverse("order_status:unsubscribe", args=[stop_token(order, row.channel)]))
        about = known.subjects(row)
        name = first_name(contact.name)
        news = build_milestone(
            order,
            Milestone(row.milestone),
            **(_about(row.subject) if len(about) == 1 else {}),
            found=known.pictures[order.pk],
            messages=messages_for(order.site_id, language, known.epoch),
            texts=texts_for(order.site_id, language, known.epoch),
            medium=channel.medium,
            look=look_for(order.site_id, known.epoch),
            known={"link": link, "order_number": order.number, "first_name": name},
        )
        texts = render(
            news,
            medium=channel.medium,
            link=link,
            stop=stop,
            number=order.number,
            first_name=name,
            hint=channel.options.get("stop_hint", ""),
            markup=markup(news, contact, link, order.number) if channel.options.get("markup") else "",
        )
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


def _about(text: str) -> dict[str, Any]:
    kind, pk = subject(text)
    return {f"{kind}_id": pk} if pk and kind in ("parcel", "fulfillment", "note") else {}


def _is_withdrawn(row: OutboxMessage) -> bool:
    """Say whether the note that this tells of is on the page no more."""
    about = _about(row.subject)
    return "note_id" in about and notes.is_public(about["note_id"]) is None
