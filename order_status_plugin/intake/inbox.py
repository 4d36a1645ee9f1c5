"""The inbox: stored first, handled after. What cannot be handled stays, with the reason, and can be replayed."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import random
import time
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from django.db import DataError, Error, IntegrityError, connections, router, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from .. import spans
from ..backend import Receiver, Webhook
from ..exceptions import OrderStatusError, TemporaryFailure, UnknownParcel, UnreadableMessage
from ..tracking.models import Parcel
from ..worker import clock
from ..worker.stopping import is_over
from . import statements
from .models import InboxMessage

logger = logging.getLogger(__name__)

State = InboxMessage.State

#: Handles the message with this primary key; returns what is worth noting, raises what is wrong.
Handle = Callable[[int], str]

#: Handles messages of one alias together; returns of each what is worth noting, or what is wrong.
HandleTogether = Callable[[Sequence[InboxMessage]], Sequence[str | Exception]]

#: The worker's task for the inbox.
DRAIN = "order_status_plugin.flow.drain_inbox"

#: How long a claimed row belongs to its worker. A killed worker's rows are free again after that.
LEASE = dt.timedelta(seconds=30)
#: Messages in one lease, where each is handled by itself, and where they are handled together.
BATCH, TOGETHER = 20, 200
#: Bodies in one lease: more are in memory at once only where a single one is longer.
MOST_BYTES = 8_000_000

#: Waits after temporary failures double from the first to the longest; after so many tries somebody must look.
FIRST_DELAY = 2.0
MAX_DELAY = 3600.0
MAX_ATTEMPTS = 50

#: With more than this due, a request leaves its message to the worker.
BACKLOG = 5


def store(alias: str, webhook: Webhook, receiver: Receiver) -> tuple[InboxMessage, bool]:
    """Store a verified webhook and say whether it is new. Committed when this returns, outside of a transaction.

    The same delivery again is the same row. One that reuses the key of another with other words is kept beside it.
    """
    digest = hashlib.sha256(webhook.body).hexdigest()
    # An answer is nobody's delivery: the same words again are the same answer.
    key = _key(receiver, webhook) or (f"answer {digest}" if webhook.is_answer else digest)
    message, is_new = put(alias, webhook, receiver, key=key, digest=digest)
    if message.digest != digest:
        message, is_new = put(alias, webhook, receiver, key=f"{key}#{digest[:16]}", digest=digest)
    return message, is_new


def put(alias: str, webhook: Webhook, receiver: Receiver, *, key: str, digest: str) -> tuple[InboxMessage, bool]:
    """Store it under this key, and say whether it is new; else return the row that is there, whatever its digest is.

    ``digest`` stands for all that is said. Committed when this returns, outside of a transaction.
    """
    headers = {
        name: value.replace("\x00", "")
        for name in receiver.kept_headers
        if (value := webhook.headers.get(name)) is not None
    }
    headers |= spans.carried()
    fields = {
        "digest": digest,
        "body": webhook.body,
        "headers": headers,
        "is_answer": webhook.is_answer,
        "about": _about(receiver, webhook),
    }
    return _insert(alias, key, fields)


def as_webhook(message: InboxMessage) -> Webhook:
    """Return the webhook as its receiver reads it again."""
    return Webhook(body=bytes(message.body), headers=message.headers, is_answer=message.is_answer)


def say_again(message: InboxMessage, webhook: Webhook) -> None:
    """Have a message handled anew that came once more, be it erased: now it is what was said last."""
    rows = InboxMessage.objects.filter(pk=message.pk)
    # In one statement: whoever is killed between two would leave it as nobody's.
    rows.update(body=webhook.body, headers=dict(webhook.headers), **_anew())
    message.refresh_from_db()


def waits_about(message: InboxMessage) -> bool:
    """Say whether another message about the same order is still to be handled: then this one is not its turn."""
    others = InboxMessage.objects.filter(alias=message.alias, about=message.about, state=State.RECEIVED)
    return message.about != "" and others.exclude(pk=message.pk).exists()


def _key(receiver: Receiver, webhook: Webhook) -> str:
    if webhook.is_answer:
        return ""
    try:
        key = receiver.message_key(webhook)
    except Exception:  # another's adapter: the digest does as well, and the message must be kept
        logger.warning("%s: message_key failed, the digest of the body is taken", receiver.alias, exc_info=True)
        return ""
    return key if key.isprintable() and len(key) <= 150 else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _about(receiver: Receiver, webhook: Webhook) -> str:
    try:
        about = receiver.about(webhook)
    except Exception:  # another's adapter: what it cannot say here, it says to whoever handles the message
        logger.warning("%s: about failed", receiver.alias, exc_info=True)
        return ""
    return about.replace("\x00", "")[:190]


def _insert(alias: str, key: str, fields: Mapping[str, object]) -> tuple[InboxMessage, bool]:
    now = timezone.now()
    connection = connections[router.db_for_write(InboxMessage)]
    # Outside of a transaction one INSERT is one commit, and there is nothing to roll back.
    guard = transaction.atomic(using=connection.alias) if connection.in_atomic_block else nullcontext()
    message = InboxMessage(alias=alias, key=key, received_at=now, due_at=now, **fields)
    try:
        with guard:
            statements.insert(message, BACKLOG)
            return message, True
    except IntegrityError:
        return InboxMessage.objects.get(alias=alias, key=key), False


def has_backlog() -> bool:
    """Say whether more is due than a request should do beside its own."""
    return statements.count_due(timezone.now(), BACKLOG + 1) > BACKLOG


def _due(now: dt.datetime) -> QuerySet[InboxMessage]:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return InboxMessage.objects.filter(free, state=State.RECEIVED, due_at__lte=now).order_by("due_at", "pk")


def is_due() -> bool:
    """Say whether a message waits for a worker: one that nobody holds, or whose worker has died."""
    return _due(timezone.now()).exists()


def turns(aliases: Collection[str], most: int = TOGETHER) -> list[tuple[str, int]]:
    """Return whose messages are due, and how many, at the most ``most``: who has fewest comes first.

    ``aliases`` are those that may have some. So a source that sends a hundred thousand at once keeps no other waiting.
    """
    now = timezone.now()
    found = Counter(_due(now).values_list("alias", flat=True)[: most + 1])
    if found.total() > most:  # others may stand behind these
        for alias in {*aliases, *found}:
            found[alias] = len(_due(now).filter(alias=alias).values_list("pk", flat=True)[:most])
    return sorted(((alias, count) for alias, count in found.items() if count), key=lambda turn: turn[::-1])


def claim(limit: int = BATCH, alias: str | None = None) -> list[InboxMessage]:
    """Take the messages that are due, of one alias or of all, oldest first, each for one worker until its lease ends."""
    now = timezone.now()
    due = _due(now) if alias is None else _due(now).filter(alias=alias)
    # The end of the lease is also its name: the few random microseconds make it one of its kind.
    until = now + LEASE + dt.timedelta(microseconds=random.randrange(1_000_000))  # noqa: S311
    using = router.db_for_write(InboxMessage)
    with transaction.atomic(using=using):
        if connections[using].features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        keys = _within(due.values_list("pk", Length("body"))[:limit])
        # Compare and set, for databases that cannot lock rows: whoever changes a row first has it.
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        rows = InboxMessage.objects.filter(free, pk__in=keys, state=State.RECEIVED)
        rows.update(leased_until=until, attempts=F("attempts") + 1)
    return list(InboxMessage.objects.filter(pk__in=keys, leased_until=until).order_by("due_at", "pk"))


def _within(found: Iterable[tuple[int, int]]) -> list[int]:
    """Return as many keys as their bodies have room in memory, at least one."""
    keys: list[int] = []
    size = 0
    for pk, length in found:
        size += length
        if keys and size > MOST_BYTES:
            break
        keys.append(pk)
    return keys


def drain(
    handle: Handle,
    limit: int = 20_000,
    *,
    together: Mapping[str, HandleTogether] | None = None,
    aliases: Collection[str] = (),
    seconds: float = 30,
) -> int:
    """Handle what is due, batch by batch, for about so many seconds; return how many were taken.

    ``together`` handles the messages of these aliases, many at once. Each alias has its turn, those of ``aliases``
    also while another has more due than anybody can handle.
    """
    taken, end = 0, time.monotonic() + seconds
    together = together or {}
    while taken < limit and not is_over(end) and (round_ := turns({*aliases, *together})):
        for alias, count in round_:
            size = TOGETHER if alias in together else BATCH
            messages = claim(min(count, size, limit - taken), alias) if taken < limit else []
            taken += len(messages)
            if alias in together and messages:
                settle_together(messages, together[alias])
                continue
            for message in messages:
                settle(message, handle)
    return taken


def settle(message: InboxMessage, handle: Handle) -> str:
    """Handle one message and note what became of it. Never raises: return its state.

    A message without lease (one that the request handles at once) has not counted this attempt yet.
    """
    if message.leased_until is None:
        message.attempts += 1
    try:
        with spans.resumed(message.headers), spans.span("handle_message"):
            spans.note(alias=message.alias, message=message.pk)
            outcome: str | Exception = handle(message.pk) or ""
    except Exception as error:  # noqa: BLE001 (it is noted below)
        outcome = error
    return _conclude(message, outcome)


def settle_together(messages: Sequence[InboxMessage], handle: HandleTogether) -> None:
    """Handle messages of one alias and one lease, and note what became of each. Never raises."""
    lease = messages[0].leased_until
    try:
        with spans.span("handle_messages", [message.headers for message in messages]):
            spans.note(alias=messages[0].alias, count=len(messages))
            outcomes = handle(messages)
    except Exception as error:  # noqa: BLE001 (it is noted of each)
        outcomes = [error] * len(messages)
    plain = []
    for message, outcome in zip(messages, outcomes, strict=True):
        if outcome == "":
            plain.append(message.pk)
        else:
            _conclude(message, outcome)
    if not plain:
        return
    rows = InboxMessage.objects.filter(pk__in=plain, leased_until=lease)
    try:
        rows.exclude(state__in=(State.HANDLED, State.REDACTED)).update(**_finished(), leased_until=None)
    except Error:
        logger.warning("%s inbox messages stay as they were: the database failed", len(plain), exc_info=True)


def _conclude(message: InboxMessage, outcome: str | Exception) -> str:
    match outcome:
        case str():
            return _note(message, finish, outcome)
        case UnknownParcel():
            return _note(message, wait, str(outcome), outcome.number_key)
        case TemporaryFailure():
            return _note(message, retry, str(outcome), outcome.retry_after)
        case DataError():
            logger.warning("inbox message %s does not fit into the database", message.pk, exc_info=outcome)
            return _note(message, fail, "It holds something that the database cannot keep.")
        case Error():
            # Text of the database may quote a row.
            logger.warning("inbox message %s: the database failed", message.pk, exc_info=outcome)
            return _note(message, retry, f"The database failed ({type(outcome).__name__}).", None)
        case UnreadableMessage():
            return _note(message, fail, str(outcome))
        case OrderStatusError():
            return _note(message, fail, f"{type(outcome).__name__}: {outcome}")
    # What an unforeseen exception says may be personal: the row keeps its kind and place, the log the rest.
    logger.error("inbox message %s could not be handled", message.pk, exc_info=outcome)
    return _note(message, fail, f"{type(outcome).__name__} {_where(outcome)}")


def _note(message: InboxMessage, transition: Callable[..., None], *args: object) -> str:
    try:
        transition(message, *args)
    except Error:
        logger.warning("inbox message %s stays as it was: the database failed", message.pk, exc_info=True)
        return State.RECEIVED
    return message.state


def finish(message: InboxMessage, note: str = "") -> None:
    """Close it; ``note`` says what is worth knowing all the same."""
    _move(message, **_finished(note))


def _finished(note: str = "") -> dict[str, Any]:
    return {"state": State.HANDLED, "reason": note, "handled_at": timezone.now(), "waits_for": ""}


def fail(message: InboxMessage, reason: str) -> None:
    """Keep it for people: it cannot be handled as it is."""
    _move(message, State.FAILED, reason=reason)


def wait(message: InboxMessage, reason: str, number_key: str) -> None:
    """Keep it until its parcel is known: until :func:`release_waiting` is called with this number."""
    _move(message, State.WAITING, reason=reason, waits_for=number_key[:190])
    # The parcel may have come between our look and this note, and nobody would release the message again.
    if message.attempts <= 1 and number_key and Parcel.objects.filter(number_key=number_key).exists():
        release_waiting(number_key)
        message.state = State.RECEIVED


def retry(message: InboxMessage, reason: str, after: float | None = None) -> None:
    """Come back to it later, each time after a longer while."""
    if message.attempts >= MAX_ATTEMPTS:
        fail(message, f"Given up after {message.attempts} attempts. {reason}")
        return
    delay = min(FIRST_DELAY * 2 ** min(message.attempts - 1, 20), MAX_DELAY) * random.uniform(0.75, 1.25)  # noqa: S311
    delay = min(max(delay, after or 0), 24 * MAX_DELAY)
    _move(message, State.RECEIVED, reason=reason, due_at=clock.now_by_both() + dt.timedelta(seconds=delay))


def _move(message: InboxMessage, state: str, **fields: object) -> None:
    """Change the row, unless it is done or erased already, or another worker has it by now."""
    fields = {"state": state, "attempts": message.attempts, "leased_until": None, **fields}
    fields["reason"] = str(fields.get("reason", ""))[:1000]
    rows = InboxMessage.objects.filter(pk=message.pk).exclude(state__in=(State.HANDLED, State.REDACTED))
    rows.filter(leased_until=message.leased_until).update(**fields)
    for name, value in fields.items():
        setattr(message, name, value)


def release_waiting(*number_keys: str) -> int:
    """Make due what waited for a parcel with one of these normalised numbers. Return how many."""
    known = [key for key in number_keys if key]
    if not known:
        return 0
    rows = InboxMessage.objects.filter(state=State.WAITING, waits_for__in=known)
    return rows.update(state=State.RECEIVED, due_at=clock.now_by_both(), leased_until=None)


def replay(messages: QuerySet[InboxMessage]) -> int:
    """Have these messages handled again, whatever became of them, but for those that were erased. Return how many."""
    return messages.exclude(state=State.REDACTED).update(**_anew())


def _anew() -> dict[str, Any]:
    due = {"state": State.RECEIVED, "due_at": clock.now_by_both(), "leased_until": None}
    return {**due, "attempts": 0, "reason": "", "handled_at": None, "waits_for": ""}


def redact(messages: QuerySet[InboxMessage]) -> int:
    """Take away what these messages say, for good. Return how many said something."""
    return messages.exclude(state=State.REDACTED).update(
        state=State.REDACTED, body=b"", headers={}, reason="", waits_for="", leased_until=None
    )


def _where(error: Exception) -> str:
    """Return function, file and line of the last frame of ours below :func:`settle`, else of the last one."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[1:] if "order_status_plugin" in frame.filename] or frames
    frame = ours[-1]
    return f"in {frame.name}, {frame.filename.rpartition('/')[2]} line {frame.lineno}"
