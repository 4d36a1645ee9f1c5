"""A test message: what a customer would read, of an order that nobody placed, to an address that staff type.

It goes straight to the channel, past the outbox: nobody is owed it. It says that it is a test, carries no
``X-Order-Status``, and is no use for anything but looking at it; still, it is counted and written down.
"""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ..access import limits
from ..access.audit import Action, audit
from ..backends import get_channel
from ..channels.base import Channel, Message
from ..cms import epoch
from ..cms.look import look_for
from ..cms.messages import messages_for
from ..conf import conf
from ..events import ContactSnapshot, Medium, Milestone, Tier
from ..exceptions import OrderStatusError
from ..view import samples
from ..view.milestone import build_milestone
from ..view.names import first_name
from . import budget
from .render import render
from .withheld import Later

if TYPE_CHECKING:
    from ..cms.told import Texts


#: What reaches an address that can be typed.
_TYPED = (Medium.MAIL, Medium.SMS)


class CannotSend(OrderStatusError):
    """It was not sent; the text says why, in the language that is active."""


def channels(medium: Medium | None = None) -> dict[str, Channel]:
    """Return the channels that a test can go by, by alias: those whose address somebody can type."""
    found: dict[str, Channel] = {}
    for alias in conf.CHANNELS:
        with contextlib.suppress(KeyError, ImproperlyConfigured):  # the checks name a channel that cannot be built
            channel = get_channel(alias)
            if channel.medium in _TYPED and (medium is None or channel.medium is medium):
                found[alias] = channel
    return found


def send(
    alias: str,
    milestone: Milestone,
    address: str,
    *,
    language: str,
    texts: Texts,
    site_id: int | None = None,
    actor: str,
) -> None:
    """Send one. ``actor`` is a member of staff's user name. Raises CannotSend.

    What was typed is not kept: the audit log says who sent which news by which channel.
    """
    channel = channels().get(alias)
    recipient = channel.recipient(_contact(channel, address)) if channel else ""
    if channel is None or not recipient:
        raise CannotSend(_("Nobody can be reached there."))
    if not limits.take(limits.trials(actor)):
        raise CannotSend(_("Enough tests for now: try again in an hour."))
    message = _message(channel, milestone, recipient, language, texts, site_id)
    try:
        budget.spend(channel, timezone.now())
    except Later as why:
        raise CannotSend(_(str(why))) from why
    audit(Action.TEST_SENT, None, actor, f"{milestone.value}, {alias}")
    try:
        with channel.session():
            said = channel.send([message])[message.key]
    except Exception as error:  # whatever a channel's code raises
        raise CannotSend(str(error)) from error
    if isinstance(said, Exception):
        raise CannotSend(str(said)) from said


def _contact(channel: Channel, address: str) -> ContactSnapshot:
    text = address.strip()
    return ContactSnapshot(phone=text) if channel.medium is Medium.SMS else ContactSnapshot(email=text)


def _message(
    channel: Channel, milestone: Milestone, recipient: str, language: str, texts: Texts, site_id: int | None
) -> Message:
    number, name = epoch.current(), first_name(samples.NAME)
    look = look_for(site_id, number)
    with translation.override(language):
        rows = samples.sample(
            samples.MAILS[milestone], Tier.PUBLIC, samples.ONE, timezone.now(), site_id=site_id or look.site_id
        )
        # The order has no page: its link leads to where customers look theirs up.
        link = urljoin(f"{look.root}/", reverse("order_status:lookup"))
        news = build_milestone(
            rows.order,
            milestone,
            rows=rows,
            messages=messages_for(site_id, language, number),
            texts=texts,
            medium=channel.medium,
            look=look,
            known={"link": link, "order_number": rows.order.number, "first_name": name},
        )
        said = render(
            news,
            medium=channel.medium,
            link=link,
            stop=link,
            number=rows.order.number,
            first_name=name,
            hint=channel.stop_hint(),
            is_test=True,
        )
    return Message(
        key=uuid.uuid4().hex,
        recipient=recipient,
        subject=said.subject,
        text=said.text,
        html=said.html,
        link=link,
        language=language,
        sender_name=look.shop,
    )
