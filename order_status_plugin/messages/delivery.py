"""A leased batch of one channel: written, handed over, noted. What the receiver cannot tell apart goes one by one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from django.db import Error, router, transaction
from django.utils import timezone

from .. import spans
from ..access.site import kept_sites
from ..backends import get_channel
from ..channels.base import Channel, Message, Receipt
from ..conf import conf
from ..exceptions import BackendError, PermanentFailure, TemporaryFailure
from ..signals import customer_notified
from ..worker.stopping import is_stopping
from . import admission, breaker, budget, consent, notices, outcome, subscriptions, tries
from . import recipient as recipients
from .compose import compose
from .known import Known
from .lease import release
from .models import MessageAttempt, OutboxMessage
from .withheld import ERASED, NO_DEVICE, Later, Withheld

logger = logging.getLogger(__name__)

#: A row and what it says.
Written = tuple[OutboxMessage, Message]

SILENCE = "The channel did not say what became of it."


@dataclass(frozen=True, slots=True)
class _Call:
    """A call to the channel that is over, and not noted yet."""

    pairs: Sequence[Written]
    started: Mapping[int, MessageAttempt]
    results: Mapping[str, Receipt | Exception]

    @property
    def went_well(self) -> bool:
        """Say whether every message of it left."""
        return all(isinstance(self.result_of(message), Receipt) for _row, message in self.pairs)

    def result_of(self, message: Message) -> Receipt | Exception:
        """Return what became of a message."""
        return self.results.get(message.key) or TemporaryFailure(SILENCE, may_have_arrived=True)


class Delivery:
    """Sends the rows of one lease and one channel.

    All are written before the first call. Then one transaction lies between two calls: it notes what became of the
    last one, asks whether the next may leave, and writes its try down.
    """

    def __init__(self, alias: str, rows: Sequence[OutboxMessage]) -> None:
        """Find the channel; one that was removed waits for its return."""
        self.alias, self.rows = alias, rows
        self.channel: Channel | None = None
        try:
            self.channel = get_channel(alias)
        except (KeyError, BackendError) as error:
            logger.warning("the channel %r cannot be used: %s", alias, error)
        self.known = Known(rows)
        self.doubtful = tries.doubtful(rows)
        self.marked: set[int] = set()
        self.sent = 0
        self.is_stopped = False
        self.is_known_to_work = False

    def run(self) -> int:
        """Return how many messages left."""
        with ExitStack() as open_for_all:
            open_for_all.enter_context(kept_sites())
            if self.channel is not None:
                open_for_all.enter_context(self.channel.session())
            last: _Call | None = None
            for part in self._parts([(row, message) for row in self.rows if (message := self._write(row))]):
                # Others hear of a message before the next one is begun; and what failed may stop the channel.
                if last and (not last.went_well or customer_notified.has_listeners(OutboxMessage)):
                    last = self._between(last, ())
                if self.is_stopped or is_stopping():
                    release([row for row, _message in part])
                else:
                    last = self._between(last, part)
            if last:
                self._between(last, ())
        return self.sent

    def _parts(self, written: Sequence[Written]) -> Iterator[Sequence[Written]]:
        """Yield what is handed over together.

        A crash leaves a whole part in doubt. Where the receiver knows keys that costs nothing; else a part is one.
        """
        if self.channel is None or self.channel.key_lifetime() is None:
            yield from ([pair] for pair in written)
        elif written:
            yield written

    def _write(self, row: OutboxMessage) -> Message | None:
        doubt = self._doubt(row)
        if doubt is tries.Doubt.LEFT:
            outcome.leave(row)
        elif row.attempts >= conf.MESSAGES_MAX_ATTEMPTS:
            outcome.bury(row, outcome.GIVEN_UP)
        else:
            if doubt is tries.Doubt.MARKED:
                self.marked.add(row.pk)
            return self._compose(row)
        return None

    def _between(self, last: _Call | None, part: Sequence[Written]) -> _Call | None:
        """Note the last call, begin the next, in one transaction; make it, and return it where there was one."""
        if last is None:
            ready, started = self._begin(part)
        else:
            try:
                with transaction.atomic(using=router.db_for_write(OutboxMessage)):
                    self._note(last)  # the first thing: SQLite lets nobody write who began by reading
                    ready, started = self._begin(part)
            except Exception:
                if part:  # what did arrive is noted, whatever is wrong with the next
                    self._between(last, ())
                raise
            self._tell(last)
        if not ready:
            return None
        return _Call(ready, started, self._call([message for _row, message in ready]))

    def _begin(self, part: Sequence[Written]) -> tuple[list[Written], Mapping[int, MessageAttempt]]:
        """Write down a try of each that may leave; return those, and their tries."""
        ready = self._admitted(part)
        started = tries.start([row for row, _message in ready], self.marked) if ready else {}
        return [(row, message) for row, message in ready if row.pk in started], started

    def _admitted(self, part: Sequence[Written]) -> list[Written]:
        """Ask for the last time whether these may leave; return those that may."""
        if not part or self.channel is None:
            return []
        named: dict[int, list[str]] = {row.order_id: [] for row, _message in part}
        for row, message in part:
            named[row.order_id].append(message.recipient)
        asked = consent.ask(self.alias, named)
        devices = subscriptions.devices(self.alias, named) if self.channel.subscribes else None
        ready = []
        for row, message in part:
            try:
                if devices is not None and (row.order_id, row.recipient_digest) not in devices:
                    raise Withheld(NO_DEVICE)
                self._ask(row, message, asked)
            except Withheld as why:
                outcome.hold(row, str(why))
            except Later as why:
                outcome.delay_until(row, why)
            except Error:
                raise
            except Exception as error:  # noqa: BLE001 - one bad row stops no other
                self._broken(row, error)
            else:
                ready.append((row, message))
        return ready

    def _ask(self, row: OutboxMessage, message: Message, asked: consent.Asked) -> None:
        assert self.channel is not None  # noqa: S101 - nothing is written for one that is not there
        if row.milestone in notices.WORDS:
            if row.order_id not in asked.has_said:
                raise Withheld(ERASED)
            return
        contact = self.known.contacts.get(row.order_id)
        admission.ask(row, message.recipient, contact.shipping_address if contact else None, asked)
        budget.spend(self.channel, timezone.now())  # the last thing: what is not sent for other reasons costs nothing

    def _doubt(self, row: OutboxMessage) -> tries.Doubt:
        if self.channel is None or row.pk not in self.doubtful:
            return tries.Doubt.NONE
        return tries.judge(self.doubtful[row.pk], self.channel, timezone.now())

    def _compose(self, row: OutboxMessage) -> Message | None:
        try:
            message = compose(row, self.known)
            self._address(row, message.recipient)
            return message
        except Withheld as why:
            outcome.hold(row, str(why))
        except Later as why:
            outcome.delay_until(row, why)
        except Exception as error:  # noqa: BLE001 - templates and channels are not all ours, one bad row stops no other
            self._broken(row, error)
        return None

    def _broken(self, row: OutboxMessage, error: Exception) -> None:
        """Let a row that could not be written wait; it counts as a try."""
        if not isinstance(error, TemporaryFailure):
            logger.error("cannot write message %s", row.pk, exc_info=error)
        for attempt in tries.start([row]).values():
            outcome.failed(row, attempt, error, self.channel, outcome.words(error))

    def _address(self, row: OutboxMessage, recipient: str) -> None:
        """Keep whom it really goes to, where the address changed since the row was written: that one may bounce."""
        if self.channel is not None and not self.channel.subscribes:
            known_as = recipients.known(self.alias, recipient)
            if row.recipient_digest not in known_as:
                row.recipient_digest, row.recipient_masked = known_as[0], recipients.masked(recipient)

    @spans.traced("send")
    def _call(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        spans.note(alias=self.alias, count=len(messages))
        assert self.channel is not None  # noqa: S101 - nothing is composed for one that is not there
        try:
            return self.channel.send(messages)
        except (TemporaryFailure, PermanentFailure) as error:
            return dict.fromkeys((message.key for message in messages), error)
        except Exception as error:  # a channel's own code: whatever it raises, the messages stay
            logger.exception("channel %s failed", self.alias)
            unknown = TemporaryFailure(f"{type(error).__name__}: {error}", may_have_arrived=True)
            return dict.fromkeys((message.key for message in messages), unknown)

    def _note(self, call: _Call) -> None:
        for row, message in call.pairs:
            result = call.result_of(message)
            if isinstance(result, Receipt):
                outcome.sent(row, call.started[row.pk], result)
            else:
                text = outcome.words(result, hide=message.recipient)
                outcome.failed(row, call.started[row.pk], result, self.channel, text)

    def _tell(self, call: _Call) -> None:
        """Tell others what left, and the breaker whether the provider works."""
        done, failure = [], None
        for row, message in call.pairs:
            result = call.result_of(message)
            if isinstance(result, Receipt):
                done.append(row)
            elif breaker.is_provider(result):
                failure = (result, outcome.words(result, hide=message.recipient))
        self.sent += len(done)
        for row in done:
            if row.milestone != notices.Notice.UPDATE:  # nobody reads anything
                outcome.announce(row)
        self._count(has_success=bool(done), failure=failure)

    def _count(self, *, has_success: bool, failure: tuple[Exception, str] | None) -> None:
        """Tell the breaker. One message that left says that the provider works, whatever became of the others."""
        if has_success:
            if not self.is_known_to_work:
                breaker.succeeded(self.alias)
            self.is_known_to_work = True
        elif failure is not None:
            self.is_known_to_work = False
            self.is_stopped = breaker.failed(self.alias, *failure)
