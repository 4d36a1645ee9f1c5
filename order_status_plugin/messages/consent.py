"""Whether a customer may be written to, asked immediately before each message leaves; and how they say so.

The rules, in this order: nothing to whom was erased; nothing to an address that is suppressed; the last word on this
channel counts, about all of it or about this milestone; where the channel's ``basis`` is ``consent``, only a yes from
this very recipient lets it leave. Then the shop's rules, and the night at the recipient.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from ..backends import get_channel
from ..conf import conf
from ..events import Word
from ..exceptions import BackendError
from ..tracking.models import Order
from . import statements, suppression
from .basis import needs_yes
from .ledger import ConsentEntry, ConsentSource, network_of
from .person import addressee
from .quiet import awake_at, zones_for
from .recipient import known, masked, reached, signed
from .rules import Rules, rules_for
from .suppression import Reason
from .withheld import (
    ERASED,
    NO_CONSENT,
    NOT_TOLD,
    NOT_WANTED,
    OVER,
    QUIET_HOURS,
    SHOP_IS_OFF,
    SUPPRESSED,
    Later,
    Withheld,
)

if TYPE_CHECKING:
    from ..channels.base import Channel
    from ..events import Address, ConsentSnapshot, ContactSnapshot, OrderSnapshot

#: How soon a row that waits for the shop's own switch is looked at again.
_RECHECK = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the ledger, as far as it decides."""

    topic: str
    is_given: bool
    recipient_digest: str
    happened_at: dt.datetime
    number: int = 0  # the later of two that were said at the same moment is the higher


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that decides whether a recipient of an order may be written to on one channel."""

    is_erased: bool
    suppressed: str  # a reason, "" for none
    ledger: Sequence[Said]
    needs_yes: bool  # the basis of the channel is consent


def refusal(facts: Facts, milestone: str, recipients: Sequence[str]) -> str:
    """Return why this milestone must not go to this recipient, "" where it may.

    ``recipients`` are the recipient's digests under every key of the ring. A no counts whoever the address belonged
    to; a yes that is needed must be the recipient's own.
    """
    if facts.is_erased:
        return ERASED
    if facts.suppressed:
        return SUPPRESSED.get(facts.suppressed, NOT_WANTED)
    about = sorted(
        (said for said in facts.ledger if said.topic in ("", milestone)),
        key=lambda said: (said.happened_at, said.number),
    )
    if about and not about[-1].is_given:
        return NOT_WANTED
    own = [said for said in about if said.recipient_digest in recipients]
    if facts.needs_yes and not (own and own[-1].is_given):
        return NO_CONSENT
    return ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the database said at one moment about some orders on one channel, and about some recipients."""

    epoch: int
    #: Order → whether its customer ever said anything. Who was erased is not in it.
    has_said: Mapping[int, bool]
    #: Digest of a suppressed recipient → why.
    suppressed: Mapping[str, str]


def ask(alias: str, recipients: Mapping[int, Iterable[str]]) -> Asked:
    """Ask about these orders and their recipients, which ``recipients`` spells as the channel does: one query."""
    digests = {digest for each in recipients.values() for recipient in each for digest in known(alias, recipient)}
    rows = statements.facts(alias, list(recipients), list(digests)) if recipients else []
    return Asked(
        epoch=(rows[0][2] if rows else 0) or 0,
        has_said={pk: bool(said) for pk, is_erased, _epoch, said, *_ in rows if not is_erased},
        suppressed={digest: reason for *_, digest, reason in rows if digest},
    )


def may_send(
    order: Order,
    alias: str,
    milestone: str,
    recipient: str,
    now: dt.datetime,
    address: Address | None = None,
    asked: Asked | None = None,
    since: dt.datetime | None = None,
) -> Rules:
    """Return the shop's rules where this message may leave now. Raises Withheld, or Later with the moment to ask again.

    ``recipient`` is as the channel spells it, ``address`` where the order goes. ``asked`` is what was asked a moment
    ago; else it takes a query here. One more where the customer ever said anything. ``since`` is from when it is news:
    what is older than the rules want is withheld, and None is never too old.
    """
    asked = asked or ask(alias, {order.pk: [recipient]})
    known_as = known(alias, recipient)
    channel = _channel(alias)
    facts = Facts(
        is_erased=order.pk not in asked.has_said,
        suppressed=next((asked.suppressed[one] for one in known_as if one in asked.suppressed), ""),
        ledger=ledger_of(order.pk, alias) if asked.has_said.get(order.pk) else (),
        needs_yes=needs_yes(channel),
    )
    if why := refusal(facts, milestone, known_as):
        raise Withheld(why)
    rules = rules_for(order.site_id, asked.epoch)
    _obey(rules, alias, milestone)
    if since is not None and since < now - rules.max_age():
        raise Withheld(OVER)
    if channel is not None and channel.rings:
        _let_sleep(rules, milestone, recipient, now, address)
    return rules


def _obey(rules: Rules, alias: str, milestone: str) -> None:
    if not rules.is_on:
        raise Later(timezone.now() + _RECHECK, SHOP_IS_OFF)
    if not rules.tells(milestone, alias):
        raise Withheld(NOT_TOLD)


def _let_sleep(rules: Rules, milestone: str, recipient: str, now: dt.datetime, address: Address | None) -> None:
    start, end = rules.quiet_hours()
    if start == end or rules.may_ring_at_night(milestone):
        return
    until = awake_at(now, start, end, zones_for(address, recipient))
    if until > now:
        raise Later(until, QUIET_HOURS)


def _channel(alias: str) -> Channel | None:
    try:
        return get_channel(alias)
    except (KeyError, BackendError):
        return None


def ledger_of(order_pk: int, alias: str) -> list[Said]:
    """Return what was said of one order's messages on one channel."""
    rows = ConsentEntry.objects.filter(order=order_pk, channel=alias)
    return [
        Said(*row) for row in rows.values_list("topic", "is_given", "recipient_digest", "happened_at", "pk").order_by()
    ]


def is_wanted(order_pk: int, alias: str, milestone: str = "") -> bool:
    """Say whether the customer did not switch these messages off. What else holds one back is not asked here."""
    facts = Facts(is_erased=False, suppressed="", ledger=ledger_of(order_pk, alias), needs_yes=False)
    return not refusal(facts, milestone, ())


def is_last_word(order: Order, alias: str, recipient: str, *, is_given: bool) -> bool:
    """Say whether this very answer for the whole channel stands already: a yes is its recipient's own."""
    said = max(ledger_of(order.pk, alias), key=lambda said: (said.happened_at, said.number), default=None)
    if said is None or said.topic or said.is_given is not is_given:
        return False
    return not is_given or said.recipient_digest in (known(alias, recipient) if recipient else ("",))


def say(
    order: Order,
    alias: str,
    *,
    is_given: bool,
    source: ConsentSource | str,
    recipient: str = "",
    topic: str = "",
    wording: str = "",
    locale: str = "",
    version: str = "",
    address: str = "",
    actor: str = "",
    happened_at: dt.datetime | None = None,
) -> ConsentEntry:
    """Write the customer's word down; the last one counts, and one on the whole channel ends those on its parts.

    ``recipient`` is as the channel spells it. ``address`` is an IP address, of which the network is kept.
    """
    now = timezone.now()
    return ConsentEntry.objects.create(
        order=order,
        channel=alias,
        recipient_digest=signed(alias, recipient),
        recipient_masked=masked(recipient),
        topic=topic,
        is_given=is_given,
        source=str(source),
        wording=wording,
        wording_locale=locale[:35],
        wording_version=version[:40],
        network=network_of(address),
        actor=actor[:190],
        happened_at=min(happened_at or now, now),
    )


def hear(alias: str, known_as: Sequence[str], word: Word, at: dt.datetime | None = None) -> None:
    """Take what a recipient answered. STOP stops the address on this channel for every order, START resumes it.

    ``known_as`` are the recipient's digests under every key of the ring, the present key's first. The word that was
    said last counts, in whatever order the two come in and whichever key signed then; of two at one moment, STOP.
    """
    if word not in (Word.STOP, Word.START) or not known_as:
        return
    now = timezone.now()
    moment = min(at or now, now)
    said = {"order": None, "channel": alias, "is_given": word is Word.START, "happened_at": moment}
    if not ConsentEntry.objects.filter(**said, recipient_digest__in=known_as).exists():
        ConsentEntry.objects.create(
            **said, recipient_digest=known_as[0], source=ConsentSource.WORD, wording=word.value.upper()
        )
    if word is Word.START:
        suppression.resume(alias, known_as, moment)
    else:
        suppression.suppress(alias, known_as, Reason.STOP, moment)


def take(said: Sequence[tuple[Order, OrderSnapshot]]) -> None:
    """Write down what the host says the customers agreed to, in the transaction that records their orders.

    What was answered before anything was known of the contact (see ``answered``) is its recipient's from now on.
    """
    contacts: dict[int | None, ContactSnapshot] = {order.pk: snap.contact for order, snap in said}
    for order, snap in said:
        answered(order, snap.contact.consents, snap.contact, snap.placed_at)
    for entry in ConsentEntry.objects.filter(order__in=contacts, source=ConsentSource.CHECKOUT, recipient_digest=""):
        if recipient := reached(entry.channel, contacts[entry.order_id]):
            ConsentEntry.objects.filter(pk=entry.pk).update(
                recipient_digest=known(entry.channel, recipient)[0], recipient_masked=masked(recipient)
            )


def answered(
    order: Order,
    consents: Iterable[ConsentSnapshot],
    contact: ContactSnapshot | None = None,
    placed_at: dt.datetime | None = None,
) -> None:
    """Write down what was answered at checkout, each answer once."""
    for said in consents:
        if said.channel not in conf.CHANNELS:
            continue
        recipient = said.recipient or reached(said.channel, contact)
        known_as = known(said.channel, recipient) if recipient.strip() else []
        same = ConsentEntry.objects.filter(
            order=order,
            channel=said.channel,
            topic=said.topic,
            is_given=said.is_given,
            recipient_digest__in=["", *known_as],
            source__in=(ConsentSource.CHECKOUT, ConsentSource.API),
        )
        if same.exists():
            continue
        say(
            order,
            said.channel,
            is_given=said.is_given,
            source=ConsentSource.CHECKOUT,
            recipient=recipient,
            topic=said.topic,
            wording=said.wording,
            locale=said.locale or order.locale,
            version=said.version,
            address=said.ip_address,
            happened_at=said.happened_at or placed_at,
        )


def addressed(order: Order, alias: str) -> str:
    """Return whom this channel reaches for an order now, "" where nobody is."""
    return reached(alias, addressee(order.pk))
