"""What happens while a batch is under way: it was written at once, and each message is asked about before its call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest
from django.db import DatabaseError

from order_status_plugin.channels.base import Message, Receipt
from order_status_plugin.events import ContactSnapshot, Word
from order_status_plugin.messages import budget, relay, tries, withheld
from order_status_plugin.messages.consent import hear, say
from order_status_plugin.messages.ledger import ConsentSource
from order_status_plugin.messages.models import MessageAttempt, OutboxMessage
from order_status_plugin.messages.recipient import known
from order_status_plugin.messages.relay import drain
from order_status_plugin.signals import customer_notified
from order_status_plugin.tracking.models import Order

from .provider import Answers, by
from .shop import place

pytestmark = pytest.mark.django_db

OTHER = "other@example.org"


class Meanwhile(Answers):
    """A provider during whose first call something happens."""

    does: ClassVar[list[Callable[[], Any]]] = []

    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        said = super().send(messages)
        if self.does:
            self.does.pop()()
        return said


def two() -> tuple[Order, Order]:
    """Owe two customers a confirmation, the first one's first."""
    return place(ref="1"), place(ref="2", contact=ContactSnapshot(name="Ada", email=OTHER))


def outcome_of(order: Order) -> tuple[str, str, int]:
    return OutboxMessage.objects.values_list("state", "reason", "attempts").get(order=order)


def stopped(order: Order) -> None:
    hear("email", known("email", OTHER), Word.STOP)


def switched_off(order: Order) -> None:
    say(order, "email", is_given=False, source=ConsentSource.PAGE, recipient=OTHER)


def erased(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(erased_at=order.placed_at)


@pytest.mark.parametrize(
    ("word", "why"),
    [(stopped, withheld.SUPPRESSED["stop"]), (switched_off, withheld.NOT_WANTED), (erased, withheld.ERASED)],
)
def test_who_says_no_during_the_call_before_gets_nothing(
    provider: Any, word: Callable[[Order], None], why: str
) -> None:
    first, second = two()
    Meanwhile.does = [lambda: word(second)]
    with by(Meanwhile):
        assert drain() == 1
    assert [message.recipient for messages in provider.seen for message in messages] == ["noor@example.org"]
    assert outcome_of(first) == ("sent", "", 1)
    assert outcome_of(second) == ("held", why, 0)
    assert not MessageAttempt.objects.filter(message__order=second).exists()


def test_the_first_is_noted_whatever_is_wrong_with_the_second(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two()
    real = tries.start

    def start(rows: Any, marked: Any = ()) -> Any:
        if any(row.order_id == second.pk for row in rows):
            raise DatabaseError("gone away")
        return real(rows, marked)

    monkeypatch.setattr(tries, "start", start)
    with by(Answers), pytest.raises(DatabaseError):
        drain()
    assert outcome_of(first) == ("sent", "", 1)
    assert outcome_of(second) == ("pending", "", 0)


def test_a_question_that_cannot_be_answered_stops_no_other(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two()
    third = place(ref="3")
    asked: list[int] = []
    real = budget.spend

    def spend(channel: Any, now: Any) -> None:
        asked.append(1)
        if len(asked) == 2:
            raise ZeroDivisionError
        real(channel, now)

    monkeypatch.setattr(budget, "spend", spend)
    with by(Answers):
        assert drain() == 2
    assert [outcome_of(order)[0] for order in (first, second, third)] == ["sent", "pending", "sent"]


def test_others_hear_of_a_message_before_the_next_is_begun(provider: Any) -> None:
    two()
    begun: list[int] = []

    def hear_of_it(**kwargs: Any) -> None:
        begun.append(MessageAttempt.objects.count())

    customer_notified.connect(hear_of_it)
    try:
        with by(Answers):
            assert drain() == 2
    finally:
        customer_notified.disconnect(hear_of_it)
    assert begun == [1, 2]


def test_more_are_leased_where_they_leave_quickly(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        place(ref=str(number))
    asked: list[int] = []
    real = relay.claim

    def claim(limit: int, *args: Any, **kwargs: Any) -> Any:
        asked.append(limit)
        return real(limit, *args, **kwargs)

    monkeypatch.setattr(relay, "claim", claim)
    monkeypatch.setattr(relay, "BATCH", 1)
    monkeypatch.setattr(relay, "LARGEST", 3)
    with by(Answers):
        assert drain(6) == 6
    assert asked == [1, 3, 2]
    monkeypatch.setattr(relay, "QUICK", 0.0)
    asked.clear()
    for number in range(6, 8):
        place(ref=str(number))
    with by(Answers):
        assert drain(2) == 2
    assert asked == [1, 1]
