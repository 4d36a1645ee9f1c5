"""What a source's messages say, recorded together: a flood costs a few statements a batch, not a dozen a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from .backends import get_source
from .carriers import catalogue
from .events import Nudge, TrackingUpdate
from .exceptions import UnknownParcel
from .intake import inbox
from .intake.models import InboxMessage
from .sources.base import Source
from .tracking import record

#: Has the worker ask a source soon; returns how many parcels it can mean.
Hasten = Callable[[str, Nudge], int]


@dataclass(frozen=True, slots=True)
class Handled:
    """What a message did."""

    note: str = ""
    is_news: bool = False


@dataclass(slots=True)
class _Parsed:
    """What a source's message says, as far as it could be read."""

    message: InboxMessage
    updates: list[TrackingUpdate] = field(default_factory=list)
    nudges: list[Nudge] = field(default_factory=list)
    error: Exception | None = None


def take(messages: Sequence[InboxMessage], hasten: Hasten) -> list[Handled | Exception]:
    """Record what messages of one source say, all together; return of each what it did, or what is wrong with it.

    ``hasten`` is called with an alias and the nudge that came by it.
    """
    catalogue.refresh()
    source = get_source(messages[0].alias)
    parsed = [_parse(source, message) for message in messages]
    outcomes = iter(
        record.tracking_each(
            [
                record.Said(
                    source=source.alias,
                    update=update,
                    message_id=one.message.pk,
                    received_at=one.message.received_at,
                )
                for one in parsed
                for update in one.updates
            ]
        )
    )
    return [_taken(one, list(islice(outcomes, len(one.updates))), hasten) for one in parsed]


def _parse(source: Source, message: InboxMessage) -> _Parsed:
    found = _Parsed(message)
    try:
        for said in source.parse(inbox.as_webhook(message)):
            if isinstance(said, Nudge):
                found.nudges.append(said)
            else:
                found.updates.append(said)
    except Exception as error:  # noqa: BLE001 (the inbox notes it; what stood before it counts)
        found.error = error
    return found


def _taken(one: _Parsed, outcomes: list[record.Recorded | Exception], hasten: Hasten) -> Handled | Exception:
    """Return what a message did, or the worst of what is wrong with it."""
    wrong = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    done = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    is_erased = any(each.is_erased for each in done)
    for said in one.nudges:
        try:
            is_erased |= not hasten(one.message.alias, said)
        except Exception as error:  # noqa: BLE001 (the inbox notes it)
            wrong.append(error)
    if one.error is not None:
        wrong.append(one.error)
    if wrong:
        return next((error for error in wrong if not isinstance(error, UnknownParcel)), wrong[-1])
    if is_erased:
        inbox.redact(InboxMessage.objects.filter(pk=one.message.pk))
    too_old = sum(each.too_old for each in done)
    note = f"{too_old} events are older than their parcel and were not applied" if too_old else ""
    return Handled(note, any(each.is_news for each in done))
