"""What was told of one order and what was held back, and the switches: for its customer, and with more for staff."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from ..backends import get_channel
from ..cms.preview import MEDIA
from ..conf import conf
from ..events import Delivery, Medium, Milestone
from ..exceptions import BackendError
from ..tracking.models import Order
from ..view.milestone import word_of
from . import budget, suppression, withheld
from .basis import needs_yes
from .consent import Facts, ledger_of, refusal
from .models import OutboxMessage
from .notices import Notice
from .outbox import NOT_NOTIFIED
from .person import People, people_of
from .recipient import known, masked, reached
from .relay import SWITCHED_OFF

#: As many messages as a page lists, the newest ones.
MOST = 100

STATES: dict[str, str | Promise] = {
    "pending": _("Waits"),
    "sent": _("Sent"),
    "held": _("Not sent"),
    "dead": _("Could not be sent"),
    "unknown": _("May have arrived"),
}
LETTERS: dict[str, str | Promise] = {
    Notice.DEVICE: _("A new device"),
    Notice.CODE: _("Your code"),
    Notice.LINKS: _("Your links"),
    Notice.UPDATE: _("Apple Wallet"),
}
#: The reasons that a customer reads; whatever else stands there is a provider's, for staff.
_REASONS = frozenset(
    {
        withheld.ERASED,
        withheld.NO_ADDRESS,
        withheld.NO_DEVICE,
        withheld.NOT_WANTED,
        withheld.NO_CONSENT,
        withheld.NOT_TOLD,
        withheld.OVERTAKEN,
        withheld.WITHDRAWN,
        withheld.OVER,
        withheld.QUIET_HOURS,
        withheld.SHOP_IS_OFF,
        budget.SPENT,
        *withheld.SUPPRESSED.values(),
        NOT_NOTIFIED,
        SWITCHED_OFF,
    }
)


#: What a provider said became of a message that it took.
_ARRIVAL: dict[str, str] = {
    Delivery.DELIVERED: gettext_noop("It arrived."),
    Delivery.FAILED: gettext_noop("It did not arrive."),
    **withheld.SUPPRESSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message."""

    row: OutboxMessage
    what: str
    channel: str
    recipient: str  # masked; "" once the order was erased
    state: str
    why: str
    at: dt.datetime  # when it was sent, or written down


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One piece of news of which the customer said something else than of the rest of its channel."""

    milestone: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One channel that reaches the customer of an order."""

    alias: str
    label: str
    recipient: str  # masked
    is_on: bool
    #: Why no switch helps: the address is suppressed. "" where the customer may choose.
    stopped: str
    topics: tuple[Topic, ...]


def messages_of(order: Order) -> list[Told]:
    """Return the order's messages, the newest first, at most MOST; what one told for others stands once."""
    rows: QuerySet[OutboxMessage] = OutboxMessage.objects.filter(order=order, told_by=None)
    rows = rows.exclude(milestone__in=(Notice.SUPPORT, Notice.UPDATE))
    return [_told(row) for row in rows.order_by("-created_at", "-pk")[:MOST]]


def switches_of(order: Order, people: People | None = None) -> list[Switch]:
    """Return the channels that reach the customer now, and whether they are on."""
    contact = (people or people_of(order.pk)).addressee
    found = []
    for alias in conf.CHANNELS if contact else ():
        recipient = reached(alias, contact)
        if not recipient:
            continue
        against = suppression.active(alias, known(alias, recipient)).values_list("reason", flat=True).first()
        needed = needs_yes(get_channel(alias))
        facts = Facts(is_erased=False, suppressed="", ledger=ledger_of(order.pk, alias), needs_yes=needed)
        is_on = not against and not refusal(facts, "", known(alias, recipient))
        found.append(
            Switch(
                alias=alias,
                label=named(alias),
                recipient=masked(recipient),
                is_on=is_on,
                stopped=gettext(withheld.SUPPRESSED[against]) if against else "",
                topics=() if against else _topics(facts, known(alias, recipient), is_on=is_on),
            )
        )
    return found


def _topics(facts: Facts, recipients: Sequence[str], *, is_on: bool) -> tuple[Topic, ...]:
    said = {each.topic for each in facts.ledger}
    about = [milestone for milestone in Milestone if milestone.value in said]
    return tuple(
        Topic(milestone=milestone.value, label=word_of(milestone), is_on=not is_on)
        for milestone in about
        if bool(refusal(facts, milestone.value, recipients)) is is_on
    )


def _told(row: OutboxMessage) -> Told:
    why = row.reason if row.reason in _REASONS else _ARRIVAL.get(row.delivery, "")
    return Told(
        row=row,
        what=str(LETTERS[row.milestone]) if row.milestone in LETTERS else word_of(Milestone(row.milestone)),
        channel=named(row.channel),
        recipient=recipient_of(row),
        state=str(STATES[row.state]),
        why=gettext(why) if why else "",
        at=row.sent_at or row.created_at,
    )


def recipient_of(row: OutboxMessage) -> str:
    """Return whom a message is for, or went to, masked; "" once the order was erased."""
    if row.recipient_masked or not row.recipient_digest:
        return row.recipient_masked
    return gettext("a device")


def digests_of(order: Order) -> set[str]:
    """Return the digests of the addresses that the order has: the host's, and what staff corrected."""
    people = people_of(order.pk)
    found: set[str] = set()
    for contact in (people.person, people.addressee):
        for alias in conf.CHANNELS if contact else ():
            if recipient := reached(alias, contact):
                found.update(known(alias, recipient))
    return found


def named(alias: str) -> str:
    """Return what a customer calls a channel: whose text messages they are is nothing to them."""
    try:
        channel = get_channel(alias)
    except (KeyError, BackendError):
        return alias
    return str(MEDIA[Medium.SMS]) if channel.medium is Medium.SMS else label_of(alias)


def label_of(alias: str) -> str:
    """Return what staff call a channel: with the provider's name."""
    try:
        return str(get_channel(alias).label or alias)
    except (KeyError, BackendError):
        return alias
