"""The contract of a message channel."""

# ruff: noqa: S101 - these are tests

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from ..channels.base import Channel, Message, Receipt
from ..events import ContactSnapshot
from ..exceptions import PermanentFailure, TemporaryFailure, UnreadableMessage


class ChannelContract(ABC):
    """What the relay relies on. Say how to make your channel and how its provider behaves; the tests are here.

    ::

        class TestPigeon(ChannelContract, TestCase):
            reachable = ContactSnapshot(phone="+351910000000")
            def make_channel(self): ...
            def break_down(self): ...
            def refuse(self, recipient): ...
            def delivered(self): ...

    One that subscribes says with :meth:`recipient` and :meth:`refused` which devices its provider knows.
    """

    #: Somebody whom this channel reaches; of one that subscribes, somebody with every address that a checkout asks for.
    reachable: ContactSnapshot

    @abstractmethod
    def make_channel(self) -> Channel:
        """Return the channel, in front of a provider that takes everything."""

    @abstractmethod
    def break_down(self) -> None:
        """Make the provider unreachable from now on."""

    @abstractmethod
    def refuse(self, recipient: str) -> None:
        """Make the provider refuse this recipient for good, and no other."""

    @abstractmethod
    def delivered(self) -> Sequence[str]:
        """Return the recipients of what the provider took, oldest first."""

    def message(self, number: int = 1, recipient: str = "") -> Message:
        """Return a message as the relay makes it."""
        return Message(
            key=f"{number:032x}",
            recipient=recipient or self.recipient(),
            subject="On its way: your order from Tilia & Sal",
            text="On its way.\n\nhttps://shop.example/orders/link/\n",
            html="<!doctype html><p>On its way. <a href='https://shop.example/orders/link/'>Follow it</a></p>",
            language="en",
            link="https://shop.example/orders/link/",
            milestone="shipped",
            unsubscribe_url="https://shop.example/orders/unsubscribe/token/",
            sender_name="Tilia & Sal",
        )

    def test_it_says_whom_it_reaches(self) -> None:
        """A contact without an address of this kind is "", not an error."""
        channel = self.make_channel()
        assert bool(channel.recipient(self.reachable)) is not channel.subscribes
        assert channel.recipient(ContactSnapshot()) == ""

    def test_a_subscription_has_one_spelling_and_junk_has_none(self) -> None:
        """What is kept of a browser can be read again, and is then the same; anything may come instead of it."""
        channel = self.make_channel()
        if channel.subscribes:
            recipient = self.recipient()
            assert channel.subscription(recipient) == recipient
            assert channel.application_server_key()
        for junk in ("", "null", "[]", "{}", '{"endpoint": 1}', "[" * 5000, "noor@example.org"):
            try:
                raise AssertionError(channel.subscription(junk))
            except UnreadableMessage:
                pass

    def test_its_check_touches_no_network(self) -> None:
        """``manage.py check`` runs anywhere, also while the provider is down."""
        self.break_down()
        assert isinstance(self.make_channel().check(), list)

    def test_a_message_leaves_once(self) -> None:
        """One message in, one out, one receipt under its key."""
        message = self.message()
        results = self.make_channel().send([message])
        assert isinstance(results[message.key], Receipt), results
        assert list(self.delivered()) == [message.recipient]

    def test_a_batch_is_answered_message_by_message(self) -> None:
        """Each key has its own answer."""
        messages = [self.message(number) for number in range(1, 4)]
        results = self.make_channel().send(messages)
        assert set(results) == {message.key for message in messages}
        assert len(self.delivered()) == 3

    def test_nothing_to_send_is_nothing(self) -> None:
        """An empty batch is no mistake."""
        assert dict(self.make_channel().send([])) == {}

    def test_a_refused_recipient_is_final_and_hurts_no_other(self) -> None:
        """PermanentFailure for the one; the others of the batch leave."""
        good, bad = self.message(1), self.message(2, recipient=self.refused())
        self.refuse(bad.recipient)
        results = self.make_channel().send([bad, good])
        assert isinstance(results[bad.key], PermanentFailure), results
        assert isinstance(results[good.key], Receipt), results

    def test_a_provider_that_is_down_is_asked_again_later(self) -> None:
        """TemporaryFailure, raised for the batch or given for the message: the relay takes both."""
        message = self.message()
        channel = self.make_channel()
        self.break_down()
        results: Mapping[str, Receipt | Exception]
        try:
            results = channel.send([message])
        except TemporaryFailure as error:
            results = {message.key: error}
        assert isinstance(results[message.key], TemporaryFailure), results
        assert list(self.delivered()) == []

    def recipient(self) -> str:
        """Return whom the messages here go to."""
        return self.make_channel().recipient(self.reachable)

    def refused(self) -> str:
        """Return a recipient that :meth:`refuse` is then called with."""
        return "nobody@example.org"
