"""A call with a body: stored in the inbox and committed, then handled at once, or by the worker."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.db import Error
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpRequest
from django.utils import timezone

from ..access.api_keys import ApiKey
from ..backend import Webhook
from ..backends import get_host
from ..exceptions import BackendError
from ..hosts.base import Host
from ..hosts.pushed.call import Call, Operation
from ..intake import inbox
from ..intake.models import InboxMessage
from ..worker import wake
from .problems import Problem, trouble

logger = logging.getLogger(__name__)

_handlers: list[inbox.Handle] = []

#: Operations that may be asked for again and are done again: the last word counts.
_LAST_WORD = frozenset(Operation) - {Operation.POST_NOTE}


def handle_by(handle: inbox.Handle) -> None:
    """Have stored calls handled by ``handle``, which is given the row's primary key."""
    _handlers[:] = [handle]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a call."""

    state: str
    reason: str = ""

    @property
    def status(self) -> int:
        """Return what HTTP calls it: done, or taken."""
        return 200 if self.state in (inbox.State.HANDLED, inbox.State.REDACTED) else 202


def host_of(alias: str) -> Host:
    """Return the shop of this alias. Raises Problem where the settings know none."""
    try:
        host = get_host(alias)
    except KeyError:
        host = None
    except BackendError:
        logger.exception("%r cannot be used", alias)
        raise trouble() from None
    if host is None:
        raise Problem(404, "The settings know no shop of this alias.")
    return host


def caller_of(alias: str) -> Host:
    """Return the shop that calls. Raises Problem for one whose orders can only be read."""
    host = host_of(alias)
    if not host.takes_calls:
        raise Problem(404, "This shop does not speak by the push API: its orders can only be read.")
    return host


def take(request: HttpRequest, alias: str, operation: Operation, *, key: str | None = None, **about: str) -> Taken:
    """Store a call, and have it handled where nothing waits.

    ``key`` is the caller's own for this very call, if any; ``about`` names order, fulfillment and parcel. Raises
    Problem: 409 for a key that stands for another call, 503 where nothing could be stored.
    """
    host, author = caller_of(alias), _author(request)
    call = Call(operation=operation, author=author.name, told_at=timezone.now(), **about)
    webhook = Webhook(body=request.body, headers=call.headers())
    digest = _digest(call, webhook.body)
    try:
        message, is_new = inbox.put(alias, webhook, host, key=_name(operation, key, digest), digest=digest)
        if message.digest != digest:
            raise Problem(409, "This Idempotency-Key stands for another call.")
        if not is_new and key is None:
            if message.state != inbox.State.RECEIVED:
                inbox.say_again(message, webhook)
                is_new = True
            elif not _is_last(message):
                # Its row has a turn before what was told since: this is told once more, behind it.
                again = f"call {secrets.token_hex(32)}"
                message, is_new = inbox.put(alias, webhook, host, key=again, digest=digest)
    except Error:
        logger.exception("%s: a call could not be stored; its sender will try again", alias)
        raise trouble() from None
    return _settle(message, is_new=is_new)


def _settle(message: InboxMessage, *, is_new: bool) -> Taken:
    """Handle it at once where nothing waits, else leave it to the worker. It is stored: nothing fails here."""
    state = message.state
    try:
        if is_new and _handlers and not inbox.has_backlog() and not inbox.waits_about(message):
            state = inbox.settle(message, _handlers[0])
        if state == inbox.State.RECEIVED:
            wake.wake("inbox", inbox.DRAIN)
    except Error:
        logger.warning("inbox message %s waits for the worker: the database failed", message.pk, exc_info=True)
    return Taken(str(state), message.reason if state == inbox.State.FAILED else "")


def is_awaited(alias: str, reference: str) -> bool:
    """Say whether a call about this order is still to be handled: what it tells is not known yet."""
    return InboxMessage.objects.filter(alias=alias, about=reference, state=inbox.State.RECEIVED).exists()


def _is_last(message: InboxMessage) -> bool:
    """Say whether nothing else was told of its order since this was told."""
    told = InboxMessage.objects.filter(alias=message.alias, about=message.about)
    newest = told.order_by(KeyTextTransform("told-at", "headers").desc()).values_list("digest", flat=True).first()
    return newest in (None, message.digest)


def _author(request: Any) -> ApiKey:
    key: ApiKey = request.auth
    return key


def _name(operation: Operation, key: str | None, digest: str) -> str:
    if key is not None:
        return f"key {hashlib.sha256(key.encode()).hexdigest()}"
    return f"call {digest}" if operation in _LAST_WORD else f"call {secrets.token_hex(32)}"


def _digest(call: Call, body: bytes) -> str:
    said = replace(call, author="").headers()
    del said["told-at"]
    return hashlib.sha256("\x00".join(said.values()).encode() + b"\x00" + body).hexdigest()
