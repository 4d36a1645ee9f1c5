"""The public signals: a row in the manual for each, exactly its arguments, after commit, whoever else fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.dispatch import Signal
from django.utils import timezone

from order_status_plugin import flow, signals
from order_status_plugin.access.audit import CUSTOMER
from order_status_plugin.access.erase import erase
from order_status_plugin.backends import get_host
from order_status_plugin.carriers.models import MerchantCarrier
from order_status_plugin.conf import conf
from order_status_plugin.events import ParcelStatus
from order_status_plugin.messages import stalled
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.notices import Notice
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order

from .orders import scan, sent, snapshot, update

PAGE = (Path(__file__).parent.parent / "docs" / "signals.md").read_text()
SIGNALS = {name: value for name, value in vars(signals).items() if isinstance(value, Signal)}
ROWS = {
    name: (sender, dict(re.findall(r"`(\w+): (\w+)`", arguments)))
    for name, sender, arguments in re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.*?) \|", PAGE, re.MULTILINE)
}

Heard = list[dict[str, Any]]


def place(**more: Any) -> None:
    host: Any = get_host("shop")
    host.put(snapshot(**more))


def order_comes() -> None:
    place()


def parcel_moves() -> None:
    record.tracking("aftership", update(scan(ParcelStatus.IN_TRANSIT)), received_at=timezone.now())


def order_is_erased() -> None:
    erase(Order.objects.get(), CUSTOMER)


def editors_publish() -> None:
    MerchantCarrier.objects.create(slug="velo", name="Velo")


def parcel_is_sent() -> None:
    place(fulfillments=(sent(),))


#: What makes each signal, and what must be there before.
DEEDS: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "order_changed": (order_comes, lambda: None),
    "parcel_status_changed": (parcel_moves, parcel_is_sent),
    "milestone_reached": (order_comes, lambda: None),
    "customer_notified": (flow.drain_outbox, order_comes),
    "order_erased": (order_is_erased, order_comes),
    "content_changed": (editors_publish, lambda: None),
}

each = pytest.mark.parametrize("name", DEEDS)


@contextmanager
def hearing(name: str) -> Iterator[Heard]:
    """Listen to a signal, behind somebody who fails."""
    heard: Heard = []

    def fail(**kwargs: Any) -> None:
        raise RuntimeError("somebody else's trouble")

    def hear(**kwargs: Any) -> None:
        assert kwargs.pop("signal") is SIGNALS[name]
        heard.append({**kwargs, "is_open": connection.in_atomic_block})

    SIGNALS[name].connect(fail)
    SIGNALS[name].connect(hear)
    try:
        yield heard
    finally:
        SIGNALS[name].disconnect(fail)
        SIGNALS[name].disconnect(hear)


def test_every_signal_has_its_row_in_the_manual() -> None:
    assert ROWS.keys() == SIGNALS.keys() == DEEDS.keys()
    (row,) = re.findall(r"^\| `customer_notified` .*$", PAGE, re.MULTILINE)
    assert all(f"`{word.value}`" in row for word in Notice), "each letter that is no news has its word there"


@each
@pytest.mark.django_db(transaction=True)
def test_it_comes_after_commit_with_exactly_its_arguments_and_another_receiver_may_fail(name: str) -> None:
    deed, before = DEEDS[name]
    sender, arguments = ROWS[name]
    before()
    with hearing(name) as heard:
        deed()
    assert heard
    for kwargs in heard:
        assert not kwargs.pop("is_open")
        assert kwargs.pop("sender").__name__ == sender
        assert {word: type(value).__name__ for word, value in kwargs.items()} == arguments
        if "version" in kwargs:
            assert kwargs["version"] == kwargs["order"].version


@pytest.mark.parametrize("name", sorted(DEEDS.keys() - {"customer_notified"}))
@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_told(name: str) -> None:
    deed, before = DEEDS[name]
    before()
    with hearing(name) as heard:
        with transaction.atomic():
            deed()
            if name in ("order_changed", "milestone_reached"):
                flow.take_order("shop", "1")  # the host is read after commit; here it is read at once
            assert not heard
            transaction.set_rollback(True)
        assert not heard


@pytest.mark.django_db(transaction=True)
def test_a_message_is_told_of_when_it_is_noted_as_sent() -> None:
    place()
    states: list[str] = []

    def look(message_id: int, **kwargs: Any) -> None:
        states.append(OutboxMessage.objects.get(pk=message_id).state)

    signals.customer_notified.connect(look)
    try:
        flow.drain_outbox()
    finally:
        signals.customer_notified.disconnect(look)
    assert states == [OutboxMessage.State.SENT]


@pytest.mark.django_db(transaction=True)
def test_a_stall_is_told_after_commit_too() -> None:
    place()
    later = timezone.now() + conf.STALLED_UNSENT
    with hearing("milestone_reached") as heard, transaction.atomic():
        assert stalled.tell(later) == 1
        assert not heard
    (kwargs,) = heard
    assert kwargs["milestone"] == "stalled"
    assert {word: type(value).__name__ for word, value in kwargs.items() if word not in ("sender", "is_open")} == ROWS[
        "milestone_reached"
    ][1]


@pytest.mark.django_db(transaction=True)
def test_the_example_of_the_manual(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    place(fulfillments=(sent(),))
    names: dict[str, Any] = {}
    exec(compile(example, "signals.md", "exec"), names)
    try:
        record.tracking("aftership", update(scan(ParcelStatus.DELIVERED)), received_at=timezone.now())
    finally:
        signals.milestone_reached.disconnect(names["thank"])
    assert capsys.readouterr().out == "TS-20418 has arrived: time for a card.\n"
