"""Whatever customers say in whatever order: nothing leaves without valid consent at that moment."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from unittest import mock

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from order_status_plugin.access.erase import erase
from order_status_plugin.channels.base import Channel, Message, Receipt
from order_status_plugin.events import ContactSnapshot, Delivery, Word
from order_status_plugin.messages import consent, suppression
from order_status_plugin.messages.basis import BASES, CONSENT
from order_status_plugin.messages.ledger import ConsentEntry, ConsentSource
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.quiet import awake_at, zones_for
from order_status_plugin.messages.recipient import known
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.suppression import Suppression
from order_status_plugin.messages.withheld import Later, Withheld
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, OrderContact

from .asked import DAYS, TOPICS, begin
from .shop import snapshot

pytestmark = pytest.mark.django_db

#: The rules alone; the rules over the tables; the whole way through outbox and relay.
DECIDED = {"light": 200, "moderate": 2_000, "full": 50_000}
STORED = {"light": 10, "moderate": 100, "full": 1_000}
RELAYED = {"light": 50, "moderate": 100, "full": 5_000}
#: Customers whose messages the relay has before it at once, and what happens to each until the last one is asked about.
CROWD, STEPS = 500, 5
DAY = (dt.time(0), dt.time(0))
SHOP_ZONE = "Europe/Lisbon"


class Phone(Channel):
    """Rings; what it was given stays here."""

    rings = True
    sent: ClassVar[list[Message]] = []

    def recipient(self, contact: ContactSnapshot) -> str:
        return contact.phone

    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        self.sent.extend(messages)
        return {message.key: Receipt() for message in messages}


class Letter(Phone):
    rings = False


CHANNELS = {
    f"{name}_{basis}": {"BACKEND": f"{__name__}.{cls}", "OPTIONS": {"basis": basis}}
    for name, cls in (("phone", "Phone"), ("letter", "Letter"))
    for basis in BASES
}


@pytest.fixture
def clock() -> Iterator[Any]:
    """Our own time: everything asks it."""
    with mock.patch("django.utils.timezone.now") as now:
        yield now


@pytest.fixture(autouse=True)
def _heard() -> None:
    record.hear("consent", consent.take)


def options(night: tuple[dt.time, dt.time], *aliases: str) -> Any:
    return override_settings(
        ORDER_STATUS={
            **settings.ORDER_STATUS,
            "TIME_ZONE": SHOP_ZONE,
            "CHANNELS": {alias: CHANNELS[alias] for alias in aliases},
            "MESSAGES_QUIET": [moment.isoformat("minutes") for moment in night],
            "MESSAGES_MAX_AGE": dt.timedelta(days=30),
        }
    )


class World:
    """One customer, one order, one channel; what happens is told to the rules and to the model."""

    def __init__(self, number: int, clock: Any) -> None:
        self.rng = random.Random(number)
        self.alias = self.rng.choice(sorted(CHANNELS))
        self.rings, self.needs_yes = self.alias.startswith("phone"), self.alias.endswith(CONSENT)
        self.model, self.now, self.address, numbers = begin(self.rng, rings=self.rings, needs_yes=self.needs_yes)
        # Numbers decide the zone where no address does: an extension makes them this world's own.
        self.recipients = [f"{each};ext={number}" if each.startswith("+") else f"{each} {number}" for each in numbers]
        self.recipient = self.recipients[0]
        self.clock = clock
        self.is_erased = False
        self.ledger: list[consent.Said] = []
        self.against: dict[str, dict[str, dt.datetime]] = {each: {} for each in self.recipients}
        self.resumed: dict[str, dt.datetime] = {}
        self.at(self.now)

    def at(self, moment: dt.datetime) -> None:
        self.now = moment
        self.clock.return_value = moment

    def a_while_ago(self) -> dt.datetime:
        return self.now - dt.timedelta(minutes=self.rng.choice((0, 0, 0, 1, 30, 1500)))

    # --- what happens -------------------------------------------------------------------------------

    def happen(self) -> None:
        steps = (self.say, self.say, self.answer, self.answer, self.report, self.lift, self.move, self.pass_time)
        self.rng.choice((*steps, self.pass_time, self.pass_time))()
        if self.rng.random() < 0.02:
            self.model.is_erased = True
            self.take_erasure()

    def pass_time(self) -> None:
        self.at(self.now + dt.timedelta(minutes=self.rng.choice((1, 17, 61, 240, 600, 725, 1439))))

    def say(self) -> None:
        topic, at, is_yes = self.rng.choice(TOPICS), self.a_while_ago(), self.rng.random() < 0.6
        self.model.say(at, self.recipient, topic, is_yes=is_yes)
        self.take_say(topic, at, is_yes=is_yes)

    def answer(self) -> None:
        word, at = self.rng.choice((Word.STOP, Word.STOP, Word.START)), self.a_while_ago()
        self.model.answer(at, self.recipient, is_stop=word is Word.STOP)
        self.take_word(word, at)

    def report(self) -> None:
        reason, at = self.rng.choice((Delivery.BOUNCED, Delivery.COMPLAINED, Delivery.OPTED_OUT)), self.a_while_ago()
        self.model.report(at, self.recipient, reason.value)
        self.take_report(reason, at)

    def lift(self) -> None:
        self.model.lift(self.recipient)
        self.take_lift()

    def move(self) -> None:
        self.recipient = self.rng.choice(self.recipients)

    # --- how it is kept: here in this process ---------------------------------------------------------

    def take_say(self, topic: str, at: dt.datetime, *, is_yes: bool) -> None:
        self.ledger.append(consent.Said(topic, is_yes, self.recipient, at, len(self.ledger)))

    def take_word(self, word: Word, at: dt.datetime) -> None:
        if word is Word.STOP:
            self.take_report("stop", at)
        else:
            self.resumed[self.recipient] = max(at, self.resumed.get(self.recipient, at))

    def take_report(self, reason: str, at: dt.datetime) -> None:
        said = self.against[self.recipient]
        said[reason] = max(at, said.get(reason, at))

    def take_lift(self) -> None:
        self.against[self.recipient].clear()

    def take_erasure(self) -> None:
        self.is_erased = True

    def refusal(self, milestone: str) -> Exception | None:
        against, resumed_at = self.against[self.recipient], self.resumed.get(self.recipient)
        stands = (reason for reason, at in against.items() if suppression.stands(reason, at, resumed_at))
        facts = consent.Facts(
            is_erased=self.is_erased, suppressed=next(stands, ""), ledger=self.ledger, needs_yes=self.needs_yes
        )
        if why := consent.refusal(facts, milestone, [self.recipient]):
            return Withheld(why)
        if not self.rings:
            return None
        until = awake_at(self.now, *self.model.night, zones_for(self.address, self.recipient))
        return Later(until) if until > self.now else None

    # --- what must come of it ---------------------------------------------------------------------------

    def ask(self) -> None:
        milestone = self.rng.choice(TOPICS[1:])
        may, agrees = (
            self.model.may_send(self.now, self.recipient, milestone),
            self.model.agrees(self.recipient, milestone),
        )
        refusal = self.refusal(milestone)
        assert (refusal is None) is may, (self.alias, self.recipient, milestone, self.now, refusal)
        assert isinstance(refusal, Withheld) is not agrees, refusal
        if isinstance(refusal, Later):
            self.wait(refusal.until)

    def wait(self, until: dt.datetime) -> None:
        """A message that waits leaves in the first minute of the day, not in the night and not at noon."""
        assert self.model.is_night(self.now)
        assert until > self.now
        assert not self.model.is_night(until)
        moment = self.now
        while moment < until - dt.timedelta(minutes=61):  # an hour that no clock showed
            assert self.model.is_night(moment), (self.now, moment, until)
            moment += dt.timedelta(minutes=20)


class Stored(World):
    """The same in the plugin's tables."""

    def begin(self, number: int) -> None:
        self.order = Order(host="shop", reference=str(number), locator=f"{number:016x}")
        self.order.changed_at = self.order.last_activity_at = self.now
        self.order.save()

    def take_say(self, topic: str, at: dt.datetime, *, is_yes: bool) -> None:
        said = {"source": ConsentSource.PAGE, "recipient": self.recipient, "topic": topic, "happened_at": at}
        consent.say(self.order, self.alias, is_given=is_yes, **said)

    def take_word(self, word: Word, at: dt.datetime) -> None:
        consent.hear(self.alias, self.known_as(), word, at)

    def take_report(self, reason: str, at: dt.datetime) -> None:
        suppression.suppress(self.alias, self.known_as(), reason, at)

    def take_lift(self) -> None:
        for row in suppression.active(self.alias, known(self.alias, self.recipient)):
            assert suppression.lift(row, "ana", "They asked us to.")

    def take_erasure(self) -> None:
        Order.objects.filter(pk=self.order.pk).update(erased_at=self.now)

    def known_as(self) -> list[str]:
        return known(self.alias, self.recipient)

    def refusal(self, milestone: str) -> Exception | None:
        try:
            consent.may_send(self.order, self.alias, milestone, self.recipient, self.now, self.address)
        except (Withheld, Later) as why:
            return why
        return None


class Relayed(Stored):
    """The same through the shop's rows, the outbox and the relay, one customer among many of one shop.

    The clock goes on for all of them at once, and whether they may be told is asked by the relay alone.
    """

    def begin(self, number: int) -> None:
        raise NotImplementedError  # a crowd's orders are written together

    def pass_time(self) -> None:
        """Nothing: the crowd's clock does."""

    def move(self) -> None:
        super().move()
        OrderContact.objects.filter(order=self.order).update(phone=self.recipient)

    def take_erasure(self) -> None:
        self.is_erased = True
        erase(self.order, "ana")

    def owed(self, milestone: str) -> OutboxMessage:
        return OutboxMessage(
            key=f"{self.rng.getrandbits(128):032x}",
            order=self.order,
            milestone=milestone,
            subject="order",
            channel=self.alias,
            recipient_digest=self.known_as()[0],
            happened_at=self.now,
            created_at=self.now,
            due_at=self.now,
        )


class Crowd:
    """Many customers of one shop, whose nights begin at the same hour."""

    def __init__(self, numbers: range, clock: Any) -> None:
        self.rng = random.Random(numbers.start)
        self.now = self.rng.choice(DAYS)
        self.worlds = [Relayed(number, clock) for number in numbers]
        self.by_recipient = {each: world for world in self.worlds for each in world.recipients}
        self.night = self.worlds[0].model.night
        for world in self.worlds:
            world.model.night = self.night
        self._at(self.now)
        self._order()

    def _at(self, moment: dt.datetime) -> None:
        self.now = moment
        for world in self.worlds:
            world.at(moment)

    def _order(self) -> None:
        """Write everybody's order and contact, as one that was imported stands there."""
        orders = [
            Order(
                host="shop",
                reference=world.recipients[0],
                locator=f"{n:016x}",
                changed_at=self.now,
                last_activity_at=self.now,
            )
            for n, world in enumerate(self.worlds)
        ]
        for world, order in zip(self.worlds, Order.objects.bulk_create(orders), strict=True):
            world.order = order
        OrderContact.objects.bulk_create(
            OrderContact(order=world.order, phone=world.recipient, shipping_address=dataclasses.asdict(world.address))
            for world in self.worlds
        )

    def live(self) -> None:
        """Let something happen to everybody, now and then ask, and at the end ask about everybody."""
        for left in range(STEPS, 0, -1):
            if self.rng.random() < 0.5:
                self._at(self.now + dt.timedelta(minutes=self.rng.choice((1, 17, 61, 240, 600, 725, 1439))))
            for world in self.worlds:
                if world.rng.random() < 0.8:
                    world.happen()
            self._ask([world for world in self.worlds if left == 1 or world.rng.random() < 0.2])

    def _ask(self, asked: list[Relayed]) -> None:
        milestones = {world.alias + world.recipients[0]: world.rng.choice(TOPICS[1:]) for world in asked}
        rows = [world.owed(milestones[world.alias + world.recipients[0]]) for world in asked if not world.is_erased]
        OutboxMessage.objects.bulk_create(rows)
        Phone.sent.clear()
        while drain(10_000, seconds=3600):
            pass
        sent: dict[str, set[str]] = {}
        for message in Phone.sent:
            world = self.by_recipient[message.recipient]
            where = (world.alias, message.recipient, message.milestone, self.now)
            assert message.recipient == world.recipient, where
            assert world.model.may_send(self.now, message.recipient, message.milestone), where
            sent.setdefault(message.recipient, set()).add(message.milestone)
        for world in asked:
            milestone = milestones[world.alias + world.recipients[0]]
            if world.model.may_send(self.now, world.recipient, milestone):
                assert milestone in sent.get(world.recipient, ()), "0 lost, too"


def run(world: World, number: int) -> None:
    try:
        for _ in range(world.rng.randint(3, 8)):
            world.happen()
            world.ask()
    except AssertionError as error:
        raise AssertionError(f"sequence {number}") from error


def test_nothing_leaves_without_consent(volume_once: str, clock: Any) -> None:
    with options(DAY, *CHANNELS):
        for number in range(DECIDED[volume_once]):
            run(World(number, clock), number)


def test_the_tables_keep_what_was_said(volume: str, clock: Any) -> None:
    _run_stored(Stored, STORED[volume], clock)


def test_nothing_leaves_the_relay_without_consent(volume: str, clock: Any) -> None:
    for first in range(0, RELAYED[volume], CROWD):
        numbers = range(first, min(first + CROWD, RELAYED[volume]))
        night = Relayed(first, clock).model.night
        with transaction.atomic(), options(night, *CHANNELS):
            Crowd(numbers, clock).live()
            transaction.set_rollback(True)


def _run_stored(kind: type[Stored], count: int, clock: Any) -> None:
    for number in range(count):
        world = kind(number, clock)
        with transaction.atomic(), options(world.model.night, world.alias):
            world.begin(number)
            run(world, number)
            transaction.set_rollback(True)


def test_what_is_left_after_erasure_proves_and_names_nobody(clock: Any) -> None:
    clock.return_value = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    with options(DAY, "phone_contract"):
        contact = ContactSnapshot(phone="+351912345678")
        order = record.order("shop", snapshot(contact=contact))
        said = {"is_given": True, "source": ConsentSource.CHECKOUT, "wording": "Text me", "version": "3"}
        consent.say(order, "phone_contract", recipient=contact.phone, address="203.0.113.77", **said)
        entry = ConsentEntry.objects.get()
        assert (entry.recipient_masked, entry.network) == ("••• 78", "203.0.113.0/24")
        consent.hear("phone_contract", known("phone_contract", contact.phone), Word.STOP)
        assert erase(order, "ana")
    entry = ConsentEntry.objects.get(order=order)
    assert (entry.recipient_masked, entry.network) == ("", "")
    assert entry.recipient_digest
    assert (entry.wording, entry.wording_version) == ("Text me", "3")
    assert Suppression.objects.get().lifted_at is None
