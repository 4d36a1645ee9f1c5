"""From a row of the outbox to a message that can leave, or the reason why it must not. Read anew at every try."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.urls import reverse
from django.utils import translation

from ..access.links import order_url
from ..backends import get_channel
from ..channels.base import Message
from ..cms.look import look_for
from ..cms.messages import messages_for
from ..cms.told import texts_for
from ..events import Milestone
from ..view.milestone import build_milestone
from ..view.names import first_name
from . import notices, updates
from .admission import admit
from .known import Known, subject
from .language import language_of
from .markup import markup
from .models import OutboxMessage
from .render import render
from .stop import stop_token
from .withheld import ERASED, Withheld


def compose(row: OutboxMessage, known: Known | None = None) -> Message:
    """Return the message of this row and of those it tells. Raises what :func:`admit` raises."""
    order = row.order
    if order.erased_at:
        raise Withheld(ERASED)
    if row.milestone == notices.Notice.UPDATE:
        return updates.compose(row, known or Known([row]))
    if row.milestone in notices.WORDS:
        return notices.compose(row)
    known = known or Known([row])
    contact, recipient = admit(row, known)
    channel = get_channel(row.channel)
    # A device that asked says in which language; an address has the order's.
    device = known.device(row)
    language = (device.language if device else "") or language_of(order.locale)
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
            hint=channel.stop_hint(),
            markup=markup(news, contact, link, order.number) if channel.options.get("markup") else "",
        )
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
        host=order.host,
    )


def _about(text: str) -> dict[str, Any]:
    kind, pk = subject(text)
    return {f"{kind}_id": pk} if pk and kind in ("parcel", "fulfillment", "note") else {}
