"""The stream in front of Django: no request object, no middleware, no thread, no database."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from urllib.parse import parse_qs

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import split_domain_port, validate_host
from django.urls import NoReverseMatch, get_script_prefix, reverse

from ..access.headers import headers, put_headers, refuse_plainly
from ..access.links import LENGTH, channel_of, read_link
from .asgi import Receive, Scope, Send
from .hub import Full, Hub, get_hub
from .seen import seen_version
from .stream import HELLO, Stream

#: What a stream says otherwise than our pages do. No proxy may hold it back, change it or keep it.
STREAM_HEADERS = (
    ("Content-Type", "text/event-stream; charset=utf-8"),
    ("Cache-Control", "no-store, no-transform, private"),
    ("X-Accel-Buffering", "no"),
)


def link_asked_for(scope: Scope) -> str | None:
    """Return the link whose stream is asked for, None for every other address."""
    around = _around(settings.ROOT_URLCONF)
    if around is None:
        return None
    before, after = around
    # As Django's own handler reads it: the path holds the prefix under which a proxy mounted us.
    path = str(scope["path"]).removeprefix(settings.FORCE_SCRIPT_NAME or scope.get("root_path") or "")
    if not (path.startswith(before) and path.endswith(after)):
        return None
    link = path[len(before) : -len(after)]
    # Shorter ones are not links but other addresses of ours, e.g. a webhook's whose alias is "live".
    return link if len(link) >= 36 and "/" not in link else None


@lru_cache(maxsize=4)
def _around(urlconf: str) -> tuple[str, str] | None:
    """Return what stands before and after the link in a stream's path, None where the URLconf leaves us out."""
    probe = "A" * LENGTH
    try:
        path = reverse("order_status:live", urlconf=urlconf, kwargs={"link": probe})
    except NoReverseMatch:
        return None
    before, after = path.split(probe)
    return "/" + before.removeprefix(get_script_prefix()), after


async def serve(token: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer who asks for the stream of a link."""
    given: dict[bytes, bytes] = dict(scope["headers"])
    if not _is_our_host(given, scope):
        return await _refuse(scope, send, refuse_plainly(HttpRequest(), 400))
    if scope["method"] not in {"GET", "HEAD"}:
        return await _refuse(scope, send, HttpResponseNotAllowed(["GET", "HEAD"]))
    link = read_link(token)
    if link is None:
        return await _refuse(scope, send, refuse_plainly(HttpRequest(), 404))
    if scope["method"] == "HEAD":
        await send({"type": "http.response.start", "status": 200, "headers": _stream_headers(headers())})
        return await send({"type": "http.response.body", "body": b""})
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    seen = seen_version(query.get("v", [""])[-1], given.get(b"last-event-id", b"").decode("latin-1"))
    hub = get_hub()
    try:
        stream = hub.open(channel_of(link.locator, link.version), seen, seen_version(query.get("e", [""])[-1]))
    except Full:
        response = refuse_plainly(HttpRequest(), 503)
        response["Retry-After"] = "30"
        return await _refuse(scope, send, response)
    await _write(hub, stream, receive, send)


async def _write(hub: Hub, stream: Stream, receive: Receive, send: Send) -> None:
    watcher = asyncio.create_task(_watch(receive, stream))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _stream_headers(headers())})
        await send({"type": "http.response.body", "body": HELLO, "more_body": True})
        while frame := await stream.next():
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except OSError:
        pass  # the browser has gone: some servers say so by an error
    finally:
        watcher.cancel()
        hub.close(stream)


async def _watch(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


def _is_our_host(given: dict[bytes, bytes], scope: Scope) -> bool:
    """Check the Host header as ``HttpRequest.get_host`` does."""
    host = given.get(b"host")
    if settings.USE_X_FORWARDED_HOST:
        host = given.get(b"x-forwarded-host", host)
    if host is None:
        host = str((scope.get("server") or ("",))[0]).encode()
    allowed = settings.ALLOWED_HOSTS
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]
    domain, _port = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, allowed)


@lru_cache(maxsize=4)
def _stream_headers(ours: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
    together = {**dict(ours), **dict(STREAM_HEADERS)}
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in together.items()]


async def _refuse(scope: Scope, send: Send, response: HttpResponse) -> None:
    put_headers(response)
    response["Content-Length"] = str(len(response.content))
    head = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": head})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else response.content})
