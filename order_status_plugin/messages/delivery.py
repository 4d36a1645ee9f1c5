"""A leased batch of one channel: composed, handed over, noted. What the receiver cannot tell apart goes one by one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from django.db import router, transaction
from django.utils import timezone

from ..access.site import kept_sites
from ..backends import get_channel
from ..channels.base import Channel, Message, Receipt
from ..conf import conf
from ..exceptions import BackendError, PermanentFailure, TemporaryFailure
from . import breaker, outcome, tries
from . import recipient as recipients
from .compose import compose
from .known import Known
from .lease import release
from .models import MessageAttempt, OutboxMessage
from .withheld import Later, Withheld

logger = logging.getLogger(__name__)


class Delivery:
    """Sends the rows of one lease and one channel."""

    def __init__(self, alias: str, rows: Sequence[OutboxMessage]) -> None:
        """Find the channel; one that was removed waits for its return."""
        self.alias, self.rows = alias, rows
        self.channel: Channel | None = None
        try:
            self.channel = get_channel(alias)
        except (KeyError, BackendError) as error:
            logger.warning("the channel %r cannot be used: %s", alias, error)
        self.doubtful = tries.doubtful(rows)
        self.sent = 0
        self.is_stopped = False
        self.is_known_to_work = False

    def run(self) -> int:
        """Return how many messages left."""
        known = Known(self.rows)
        with ExitStack() as open_for_all:
            open_for_all.enter_context(kept_sites())
            if self.channel is not None:
                open_for_all.enter_context(self.channel.session())
            for rows in self._parts():
                if self.is_stopped:
                    release(rows)
                else:
                    self._send(rows, known)
        return self.sent

    def _parts(self) -> Iterator[Sequence[OutboxMessage]]:
        """Yield the rows as they are handed over.

        A crash leaves a whole part in doubt. Where the receiver knows keys that costs nothing; else a part is one.
        """
        if self.channel is not None and self.channel.key_lifetime() is not None:
            yield self.rows
        else:
            yield from ([row] for row in self.rows)

    def _send(self, rows: Sequence[OutboxMessage], known: Known) -> None:
        ready: list[tuple[OutboxMessage, Message]] = []
        marked: set[int] = set()
        for row in rows:
            doubt = self._doubt(row)
            if doubt is tries.Doubt.LEFT:
                outcome.leave(row)
            elif row.attempts >= conf.MESSAGES_MAX_ATTEMPTS:
                outcome.bury(row, outcome.GIVEN_UP)
            elif (message := self._compose(row, known)) is not None:
                ready.append((row, message))
                if doubt is tries.Doubt.MARKED:
                    marked.add(row.pk)
        started = tries.start([row for row, _message in ready], marked)
        ready = [(row, message) for row, message in ready if row.pk in started]
        if not ready:
            return
        results = self._call([message for _row, message in ready])
        self._note(ready, started, results)

    def _doubt(self, row: OutboxMessage) -> tries.Doubt:
        if self.channel is None or row.pk not in self.doubtful:
            return tries.Doubt.NONE
        return tries.judge(self.doubtful[row.pk], self.channel, timezone.now())

    def _compose(self, row: OutboxMessage, known: Known) -> Message | None:
        try:
            message = compose(row, known)
            self._address(row, message.recipient)
            return message
        except Withheld as why:
            outcome.hold(row, str(why))
        except Later as why:
            outcome.delay_until(row, why)
        except Exception as error:  # templates and channels are not all ours: one bad row stops no other
            if not isinstance(error, TemporaryFailure):
                logger.exception("cannot write message %s", row.pk)
            for attempt in tries.start([row]).values():
                outcome.failed(row, attempt, error, self.channel, outcome.words(error))
        return None

    def _address(self, row: OutboxMessage, recipient: str) -> None:
        """Keep whom it really goes to, where the address changed since the row was written: that one may bounce."""
        if self.channel is not None and not self.channel.subscribes:
            known_as = recipients.known(self.alias, recipient)
            if row.recipient_digest not in known_as:
                row.recipient_digest = known_as[0]

    def _call(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        assert self.channel is not None  # noqa: S101 - nothing is composed for one that is not there
        try:
            return self.channel.send(messages)
        except (TemporaryFailure, PermanentFailure) as error:
            return dict.fromkeys((message.key for message in messages), error)
        except Exception as error:  # a channel's own code: whatever it raises, the messages stay
            logger.exception("channel %s failed", self.alias)
            unknown = TemporaryFailure(f"{type(error).__name__}: {error}", may_have_arrived=True)
            return dict.fromkeys((message.key for message in messages), unknown)

    def _note(
        self,
        pairs: list[tuple[OutboxMessage, Message]],
        started: Mapping[int, MessageAttempt],
        results: Mapping[str, Receipt | Exception],
    ) -> None:
        silence = TemporaryFailure("The channel did not say what became of it.", may_have_arrived=True)
        done: list[OutboxMessage] = []
        failure: tuple[Exception, str] | None = None
        with transaction.atomic(using=router.db_for_write(OutboxMessage)):
            for row, message in pairs:
                result = results.get(message.key) or silence
                if isinstance(result, Receipt):
                    outcome.sent(row, started[row.pk], result)
                    done.append(row)
                else:
                    text = outcome.words(result, hide=message.recipient)
                    outcome.failed(row, started[row.pk], result, self.channel, text)
                    failure = (result, text) if breaker.is_provider(result) else failure
        self.sent += len(done)
        for row in done:
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
