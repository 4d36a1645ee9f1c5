"""The contract of a message channel."""

# ruff: noqa: S101 - these are tests

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from ..channels.base import Channel, Message, Receipt, Webhook
from ..events import ContactSnapshot, CustomerWord, Delivery, DeliveryReport, Word
from ..exceptions import PermanentFailure, TemporaryFailure, UnreadableMessage, UntrustedWebhook

#: What may come to any door.
JUNK = (
    b"", b"{", b"[]", b"null", b"1", b'"text"', b'{"a": 1}', b"\xff\x00", b"a=b&c", b"=&=", b"a" * 5000, b"[" * 5000,
    b'{"id": {}, "status": [], "message_uuid": 1e999}', b"MessageSid=&MessageStatus=%00", b"Body=STOP&From=",
)  # fmt: skip


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


class ReportingChannelContract(ChannelContract):
    """A channel whose provider says by webhooks what became of a message, and passes on what customers answer.

    ::

        class TestPigeon(ReportingChannelContract, TestCase):
            def receipt(self, provider_id, delivery): ...
            def answer(self, sender, text): ...
    """

    #: What the provider has words for.
    tells: Sequence[Delivery] = (Delivery.DELIVERED, Delivery.FAILED, Delivery.BOUNCED)

    @abstractmethod
    def receipt(self, provider_id: str, recipient: str, delivery: Delivery | None) -> Webhook:
        """Return the signed webhook that tells this of a message; None: it is still on its way."""

    @abstractmethod
    def answer(self, sender: str, text: str) -> Webhook:
        """Return the signed webhook of a customer's answer."""

    def sent(self) -> tuple[str, str]:
        """Send a message; return its id at the provider, and its recipient."""
        message = self.message()
        receipt = self.make_channel().send([message])[message.key]
        assert isinstance(receipt, Receipt), receipt
        return receipt.provider_id, message.recipient

    def test_its_webhooks_are_set_up(self) -> None:
        """The channel of the contract has a secret."""
        assert self.make_channel().is_pushed()

    def test_what_the_provider_signed_is_trusted(self) -> None:
        """Receipts and answers pass."""
        for webhook in (self.receipt(*self.sent(), Delivery.DELIVERED), self._stop()):
            self.make_channel().verify(webhook)

    def test_what_nobody_signed_is_refused(self) -> None:
        """No header at all, an empty one, one of another body."""
        good, other = self.receipt(*self.sent(), Delivery.DELIVERED), self._stop()
        for headers in ({}, dict.fromkeys(good.headers, ""), dict.fromkeys(good.headers, "Bearer x.y.z")):
            self._must_refuse(Webhook(body=good.body, headers=headers, url=good.url))
        self._must_refuse(Webhook(body=other.body, headers=good.headers, url=good.url))
        self._must_refuse(Webhook(body=b"", headers=good.headers, url=good.url))

    def test_a_channel_without_a_secret_trusts_nobody(self) -> None:
        """An empty list of secrets signs nothing."""
        good = self.receipt(*self.sent(), Delivery.DELIVERED)
        channel = type(self.make_channel())("bare", {})
        assert not channel.is_pushed()
        self._must_refuse(good, channel)

    def test_a_tampered_body_is_refused_or_says_the_same(self) -> None:
        """Each byte turned, one left out, one added: none of it is told as another thing."""
        for good in (self.receipt(*self.sent(), Delivery.DELIVERED), self._stop()):
            told = self._said(good)
            for place in range(len(good.body)):
                one = good.body[place]
                for body in (
                    good.body[:place] + bytes([one ^ 1]) + good.body[place + 1 :],
                    good.body[:place] + good.body[place + 1 :],
                    good.body[:place] + bytes([one]) + good.body[place:],
                ):
                    webhook = Webhook(body=body, headers=good.headers, url=good.url)
                    try:
                        self.make_channel().verify(webhook)
                        said = self._said(webhook)
                    except (UntrustedWebhook, UnreadableMessage):
                        continue
                    assert said == told, body

    def test_a_tampered_header_is_refused(self) -> None:
        """Each character of the signature counts."""
        good = self.receipt(*self.sent(), Delivery.DELIVERED)
        changed = 0
        for name, value in good.headers.items():
            for place, one in enumerate(value):
                other = "A" if one != "A" else "B"
                webhook = Webhook(
                    body=good.body,
                    headers={**good.headers, name: value[:place] + other + value[place + 1 :]},
                    url=good.url,
                )
                try:
                    self.make_channel().verify(webhook)
                except UntrustedWebhook:
                    changed += 1
        assert changed >= 20

    def test_receipts_say_what_became_of_a_message(self) -> None:
        """Under the id that the send returned."""
        for delivery in self.tells:
            provider_id, recipient = self.sent()
            (said,) = self._said(self.receipt(provider_id, recipient, delivery))
            assert isinstance(said, DeliveryReport), said
            assert (said.provider_id, said.delivery) == (provider_id, delivery)
            assert said.recipient in {"", recipient}

    def test_a_message_on_its_way_is_no_news(self) -> None:
        """The provider has it; nothing is known yet."""
        assert self._said(self.receipt(*self.sent(), None)) == []

    def test_each_state_is_a_message_of_its_own(self) -> None:
        """A later state is no repetition of an earlier one; the same again is."""
        provider_id, recipient = self.sent()
        keys = [
            self.make_channel().message_key(self.receipt(provider_id, recipient, delivery))
            for delivery in (None, Delivery.DELIVERED)
        ]
        assert len(set(keys)) == 2 or not any(keys), keys

    def test_answers_are_words(self) -> None:
        """STOP stops, START starts; the sender is spelled as the recipient was."""
        sender = self.make_channel().recipient(self.reachable)
        for text, word in (("STOP", Word.STOP), (" stop ", Word.STOP), ("Start", Word.START), ("Where?", Word.OTHER)):
            (said,) = self._said(self.answer(sender, text))
            assert isinstance(said, CustomerWord), said
            assert (said.sender, said.word) == (sender, word), text

    def test_junk_is_refused_or_unreadable(self) -> None:
        """Nothing else is ever raised."""
        channel, good = self.make_channel(), self._stop()
        for body in JUNK:
            webhook = Webhook(body=body, headers=good.headers, url=good.url)
            self._must_refuse(webhook)
            for ask in (channel.message_key, lambda webhook: list(channel.parse(webhook))):
                with contextlib.suppress(UnreadableMessage):
                    ask(webhook)

    def _stop(self) -> Webhook:
        return self.answer(self.make_channel().recipient(self.reachable), "STOP")

    def _said(self, webhook: Webhook) -> list[DeliveryReport | CustomerWord]:
        """Return what is said after the inbox kept body and headers, and nothing else."""
        channel = self.make_channel()
        kept = {name: webhook.headers[name] for name in channel.kept_headers if name in webhook.headers}
        return list(channel.parse(Webhook(body=webhook.body, headers=kept)))

    def _must_refuse(self, webhook: Webhook, channel: Channel | None = None) -> None:
        try:
            (channel or self.make_channel()).verify(webhook)
        except UntrustedWebhook:
            return
        raise AssertionError(f"{webhook.body!r} was trusted")
