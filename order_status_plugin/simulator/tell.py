"""Telling a shop what happened to a parcel, over HTTP and in the words of the source that follows it."""

from __future__ import annotations

import time
import uuid
from typing import Protocol

import requests
from django.urls import reverse

from .. import flow
from ..backends import get_source
from ..events import Nudge, Overlay, ParcelStatus, TrackingUpdate
from ..exceptions import OrderStatusError, PermanentFailure, TemporaryFailure
from ..polling import follow
from ..polling.models import Poll
from ..sources.base import NudgedSource, Source
from ..tracking import record
from ..worker import wake
from .providers import play_for
from .providers.base import Play


class CannotPlay(OrderStatusError):
    """The scenario cannot be played for this order."""


class Memory(Protocol):
    """What a provider remembers of parcels, for those that answer questions."""

    def keep(self, alias: str, update: TrackingUpdate) -> None:
        """Keep what is known of a parcel by now."""
        ...


class Teller:
    """Posts signed webhooks, as the providers do. One whose word counts only when it is asked is asked soon."""

    def __init__(
        self, base_url: str, memory: Memory | None = None, timeout: float = 20.0, patience: float = 5.0
    ) -> None:
        """Take where the shop listens, and who remembers for the providers that are asked.

        ``timeout`` is that of a webhook, ``patience`` how long the worker may take to ask; both in seconds.
        """
        self.base_url = base_url.rstrip("/")
        self.memory = memory
        self.timeout = timeout
        self.patience = patience

    def says(self, alias: str, status: ParcelStatus | None, overlay: Overlay) -> bool:
        """Say whether the provider of this source has a word for that. Raises CannotPlay."""
        return self._speaker(alias)[1].says(status, overlay)

    def tell(self, alias: str, update: TrackingUpdate) -> None:
        """Tell the whole story of a parcel so far. Raises CannotPlay, TemporaryFailure, PermanentFailure."""
        source, play = self._speaker(alias)
        must_ask = isinstance(source, NudgedSource) or not source.is_pushed()
        if must_ask and self.memory is None:
            raise CannotPlay(f"What counts for the source {alias!r} is what it answers: only its provider can.")
        if self.memory is not None:
            self.memory.keep(alias, update)
        if source.is_pushed():
            self._push(source, play, update)
        if must_ask:
            self._ask_soon(alias, Nudge(tracking_number=update.tracking_number, carrier=update.carrier))

    def _speaker(self, alias: str) -> tuple[Source, Play]:
        try:
            source = get_source(alias)
        except KeyError:
            raise CannotPlay(f"There is no source {alias!r}.") from None
        play = play_for(source)
        if play is None:
            raise CannotPlay(f"The simulator does not speak as the provider of {alias!r}.")
        return source, play

    def _push(self, source: Source, play: Play, update: TrackingUpdate) -> None:
        body = play.body(update, str(uuid.uuid4()))
        secrets = source.secrets()
        if not secrets:
            raise CannotPlay(f"The source {source.alias!r} has no secrets to sign with.")
        headers = play.headers(body, secrets[0])
        where = {"alias": source.alias} if headers else {"alias": source.alias, "secret": secrets[0]}
        path = reverse("order_status:hook" if headers else "order_status:hook-with-secret", kwargs=where)
        self.post(path, body, {"Content-Type": "application/json", **headers})

    def _ask_soon(self, alias: str, nudge: Nudge) -> None:
        """Have the worker ask now, as staff do: a rehearsal waits for neither a schedule nor the pause after a nudge.

        What is told while the worker asks would wait for that pause: so the answer is waited for, but not for ever.
        """
        flow.hasten(alias, nudge)
        polls = Poll.objects.filter(alias=alias, parcel__in=record.meant(nudge))
        follow.ask_now(polls)
        wake.wake("polls", flow.POLLS)
        end = time.monotonic() + self.patience
        while time.monotonic() < end and polls.filter(hastened_at__isnull=False).exists():
            time.sleep(0.1)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        """Post a webhook to this path of the shop. Raises TemporaryFailure, PermanentFailure."""
        url = self.base_url + path
        # The secret that may stand in the address is nobody's to read in a message.
        said = self.base_url + path[: path.rindex("/hooks/") + len("/hooks/")]
        try:
            answer = requests.post(url, data=body, headers=headers, timeout=self.timeout)
        except requests.RequestException as error:
            raise TemporaryFailure(f"{said} cannot be reached ({type(error).__name__}).") from None
        if answer.status_code >= 500:
            raise TemporaryFailure(f"{said} answered {answer.status_code}.")
        if answer.status_code >= 300:
            raise PermanentFailure(f"{said} answered {answer.status_code}: {answer.text[:200]}")
