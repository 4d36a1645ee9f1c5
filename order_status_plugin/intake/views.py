"""The one door for webhooks: verified, stored, committed, handled, answered."""

from __future__ import annotations

import logging
import threading
from typing import ClassVar

from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase

from .. import spans
from ..access.headers import Secure
from ..backend import Receiver, Webhook
from ..backends import get_receiver
from ..conf import conf
from ..exceptions import BackendError, UnreadableMessage, UntrustedWebhook
from ..worker import wake
from . import inbox
from .models import InboxMessage

logger = logging.getLogger(__name__)

#: Messages that the requests of one process handle at the same time: of a flood the worker takes many together, which
#: costs a tenth.
HANDS = 2
_hands = threading.BoundedSemaphore(HANDS)

#: Seconds after which somebody whom we could not serve comes again.
RETRY_AFTER = 30


class HookView(Secure):
    """``orders/hooks/<alias>/`` and ``orders/hooks/<alias>/<secret>/``.

    200: stored and handled. 202: stored, ours to look at or to do later. 204: stored, to who takes no words. 400: not signed by a secret of ours.
    413: too long. 503: we could not verify or store it, send it again. ``handle`` is given the stored row's primary key.
    """

    checks_csrf: ClassVar[bool] = False
    http_method_names = ["post", "head", "options"]
    handle: inbox.Handle | None = None
    receiver: Receiver

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Find the receiver first: an alias that nobody configured is no address, whatever is asked of it."""
        alias = str(kwargs.get("alias", ""))
        try:
            self.receiver = get_receiver(alias)
        except KeyError:
            raise Http404 from None
        except BackendError:
            logger.exception("%r cannot be used", alias)
            return _trouble()
        return super().dispatch(request, *args, **kwargs)

    def head(self, request: HttpRequest, alias: str, secret: str = "") -> HttpResponse:
        """Answer providers that knock before they send (Ship24 does)."""
        return HttpResponse()

    @spans.traced("receive")
    def post(self, request: HttpRequest, alias: str, secret: str = "") -> HttpResponse:
        """Take one webhook in."""
        spans.note(alias=alias)
        body = read_body(request)
        if body is None:
            return _refuse(413, f"The body is larger than {conf.WEBHOOK_MAX_BYTES} bytes.")
        headers = read_headers(request)
        webhook = Webhook(body=body, headers=headers, secret=secret, url=request.build_absolute_uri())
        if self.receiver.is_knock(webhook):
            return HttpResponse()
        try:
            self.receiver.verify(webhook)
        except UnreadableMessage as error:  # one that takes none
            raise Http404(str(error)) from None
        except UntrustedWebhook as error:
            return _refuse(400, str(error))
        except Exception:  # a fault of ours or of the adapter: some senders never send again what is answered with 4xx
            logger.exception("%s: a webhook could not be verified now; its sender will try again", alias)
            return _trouble()
        try:
            message, is_new = inbox.store(alias, webhook, self.receiver)
        except Error:
            logger.exception("%s: a webhook could not be stored; its sender will try again", alias)
            return _trouble()
        return self._settle(message, is_new=is_new)

    def _settle(self, message: InboxMessage, *, is_new: bool) -> HttpResponse:
        """Handle it at once where nothing waits, else leave it to the worker. It is stored: nothing fails here."""
        state = message.state
        try:
            if is_new and self.handle and not message.is_left and not inbox.has_backlog():
                state = _settle_if_free(message, self.handle)
            if state == inbox.State.RECEIVED and not message.is_left:
                wake.wake("inbox", inbox.DRAIN)
        except Error:
            logger.warning("inbox message %s waits for the worker: the database failed", message.pk, exc_info=True)
        if not self.receiver.answers_in_words:
            return HttpResponse(status=204)
        status = 200 if state == inbox.State.HANDLED else 202
        return HttpResponse(f'{{"state": "{state}"}}', status=status, content_type="application/json")


def _settle_if_free(message: InboxMessage, handle: inbox.Handle) -> str:
    """Handle it unless this process has its hands full; return its state."""
    if not _hands.acquire(blocking=False):
        return message.state
    try:
        return inbox.settle(message, handle)
    finally:
        _hands.release()


def read_headers(request: HttpRequest) -> dict[str, str]:
    """Return the headers, names in lower case: what ``request.headers`` says, at a quarter of its price."""
    headers = {
        name[5:].replace("_", "-").lower(): value for name, value in request.META.items() if name.startswith("HTTP_")
    }
    for name in ("content-type", "content-length"):
        if (value := request.META.get(name.replace("-", "_").upper())) is not None:
            headers[name] = value
    return headers


def read_body(request: HttpRequest) -> bytes | None:
    """Return the body, None when it is longer than allowed: then the rest stays unread."""
    limit = conf.WEBHOOK_MAX_BYTES
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > limit:
        return None
    try:
        body: bytes = request.read(limit + 1)
    except UnreadablePostError:  # the sender hung up: an empty body is signed by nobody
        return b""
    return body if len(body) <= limit else None


def _refuse(status: int, text: str) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


def _trouble() -> HttpResponse:
    response = _refuse(503, "This could not be stored now. Please send it again.")
    response["Retry-After"] = str(RETRY_AFTER)
    return response
