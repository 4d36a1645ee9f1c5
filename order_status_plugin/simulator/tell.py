"""Telling a shop what happened to a parcel, over HTTP and in the words of the source that follows it."""

from __future__ import annotations

import uuid
from typing import Protocol

import requests
from django.urls import reverse

from .. import flow
from ..backends import get_source
from ..events import Nudge, TrackingUpdate
from ..exceptions import OrderStatusError, PermanentFailure, TemporaryFailure
from .providers import play_for


class CannotPlay(OrderStatusError):
    """The scenario cannot be played for this order."""


class Memory(Protocol):
    """What a provider remembers of parcels, for those that answer questions."""

    def keep(self, alias: str, update: TrackingUpdate) -> None:
        """Keep what is known of a parcel by now."""
        ...


class Teller:
    """Posts signed webhooks, as the providers do; one that is asked is reminded to be asked soon."""

    def __init__(self, base_url: str, memory: Memory | None = None, timeout: float = 20.0) -> None:
        """Take where the shop listens, and who remembers for the providers that are asked."""
        self.base_url = base_url.rstrip("/")
        self.memory = memory
        self.timeout = timeout

    def tell(self, alias: str, update: TrackingUpdate) -> None:
        """Tell the whole story of a parcel so far. Raises CannotPlay, TemporaryFailure, PermanentFailure."""
        source = get_source(alias)
        play = play_for(source)
        if play is None:
            raise CannotPlay(f"The simulator does not speak as the provider of {alias!r}.")
        if self.memory is not None:
            self.memory.keep(alias, update)
        if source.is_pushed():
            body = play.body(update, str(uuid.uuid4()))
            secrets = source.secrets()
            if not secrets:
                raise CannotPlay(f"The source {alias!r} has no secrets to sign with.")
            headers = play.headers(body, secrets[0])
            where = {"alias": alias} if headers else {"alias": alias, "secret": secrets[0]}
            path = reverse("order_status:hook" if headers else "order_status:hook-with-secret", kwargs=where)
            self._post(path, body, {"Content-Type": "application/json", **headers})
        elif self.memory is None:
            raise CannotPlay(f"The source {alias!r} is asked and gets no webhooks: only its provider can answer.")
        else:
            flow.hasten(alias, Nudge(tracking_number=update.tracking_number, carrier=update.carrier))

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
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
