"""The stream's address as a plain Django view, for projects that do not wrap their ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from ..access.headers import Secure, refuse_plainly
from ..access.limits import address_of_stream
from ..access.links import channel_of, read_link, resolve
from ..cms import epoch
from .hub import Full, get_hub, refuses
from .release import release_thread
from .seen import seen_version
from .serve import STREAM_HEADERS
from .stream import HELLO


class LiveView(Secure):
    """Under ASGI an event stream; under WSGI, where a stream would hold a worker, the version as JSON."""

    http_method_names = ["get", "head", "options"]
    checks_csrf = False

    def get(self, request: HttpRequest, link: str) -> HttpResponseBase:
        """Answer a browser that has this page open."""
        if not isinstance(request, ASGIRequest):
            return _poll(link)
        found = read_link(link)
        if found is None:
            raise Http404
        seen = seen_version(request.GET.get("v"), request.headers.get("Last-Event-ID"))
        if request.method == "HEAD":
            return _dressed(HttpResponse())
        address = address_of_stream(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if refuses(address):
            # Before a stream is answered: a browser that was let in waits for news, and asks nobody else.
            response = refuse_plainly(request, 503)
            response["Retry-After"] = "30"
            return response
        events = _events(channel_of(found.locator, found.version), seen, seen_version(request.GET.get("e")), address)
        return _dressed(StreamingHttpResponse(events))


def _poll(link: str) -> HttpResponse:
    order = resolve(link)
    if order is None:
        raise Http404
    return JsonResponse({"version": order.version, "epoch": epoch.current()})


def _dressed(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in STREAM_HEADERS:
        response[name] = value
    # GZipMiddleware would make each event a file of its own, of which browsers read the first.
    response["Content-Encoding"] = "identity"
    return response


async def _events(channel: str, seen: int, content: int, address: str) -> AsyncIterator[bytes]:
    await release_thread()
    hub = get_hub()
    try:
        stream = hub.open(channel, seen, content, address)
    except Full:  # since we looked
        yield b"retry: 30000\n\n"
        return
    try:
        yield HELLO
        while frame := await stream.next():
            yield frame
    finally:
        hub.close(stream)
