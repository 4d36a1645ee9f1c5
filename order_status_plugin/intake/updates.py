"""From messages of one source to what is recorded of them: all parsed, then all recorded together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ..events import Nudge, TrackingUpdate
from ..exceptions import UnknownParcel
from ..sources.base import Source
from ..tracking import record
from . import inbox
from .models import InboxMessage

#: Has a source asked soon about what it nudged us for; returns how many parcels it can mean. Raises UnknownParcel.
Hasten = Callable[[str, Nudge], int]


@dataclass(frozen=True, slots=True)
class Handled:
    """What a message did."""

    note: str = ""
    is_news: bool = False


@dataclass(slots=True)
class _Parsed:
    """What a message says, as far as it could be read."""

    message: InboxMessage
    updates: list[TrackingUpdate] = field(default_factory=list)
    nudges: list[Nudge] = field(default_factory=list)
    error: Exception | None = None


def take(source: Source, messages: Sequence[InboxMessage], hasten: Hasten) -> list[Handled | Exception]:
    """Record what these messages of the source say; return what each did, or what is wrong with it."""
    parsed = [_parse(source, message) for message in messages]
    said = [
        record.Said(source=source.alias, update=update, message_id=one.message.pk, received_at=one.message.received_at)
        for one in parsed
        for update in one.updates
    ]
    outcomes = iter(record.tracking_each(said))
    return [_taken(one, list(islice(outcomes, len(one.updates))), hasten) for one in parsed]


def _parse(source: Source, message: InboxMessage) -> _Parsed:
    found = _Parsed(message)
    try:
        for said in source.parse(inbox.as_webhook(message)):
            if isinstance(said, Nudge):
                found.nudges.append(said)
            else:
                found.updates.append(said)
    except Exception as error:  # noqa: BLE001 - the inbox notes it; what stood before it counts
        found.error = error
    return found


def _taken(one: _Parsed, outcomes: list[record.Recorded | Exception], hasten: Hasten) -> Handled | Exception:
    wrong = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    done = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    is_erased = any(each.is_erased for each in done)
    for said in one.nudges:
        try:
            is_erased |= not hasten(one.message.alias, said)
        except Exception as error:  # noqa: BLE001 - the inbox notes it
            wrong.append(error)
    if one.error is not None:
        wrong.append(one.error)
    if wrong:  # one that waits for its parcel says less than one that fails
        return next((error for error in wrong if not isinstance(error, UnknownParcel)), wrong[-1])
    if is_erased:
        inbox.redact(InboxMessage.objects.filter(pk=one.message.pk))
    too_old = sum(each.too_old for each in done)
    note = f"{too_old} events are older than their parcel and were not applied" if too_old else ""
    return Handled(note, any(each.is_news for each in done))
