"""The stream in front of Django: no request object, no middleware, no thread, no database."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import split_domain_port, validate_host
from django.urls import NoReverseMatch, get_script_prefix, reverse

from ..access.headers import headers, put_headers, refuse_plainly
from ..access.limits import address_of_stream
from ..access.links import LENGTH, channel_of, read_link
from .asgi import Scope, Send
from .hub import LIFETIME, Full, get_hub
from .seen import seen_version
from .stream import HELLO, SentStream

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


async def answer(token: str, scope: Scope, send: Send) -> SentStream | None:
    """Answer who asks for the stream of a link; return the stream where one is open now, for the caller to hold."""
    stream = _opened(token, scope)
    if isinstance(stream, HttpResponse):
        await _refuse(scope, send, stream)
        return None
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _stream_headers(headers())})
        if stream is None:
            await send({"type": "http.response.body", "body": b""})
            return None
        await send({"type": "http.response.body", "body": HELLO, "more_body": True})
    except OSError:
        # The browser has gone: some servers say so by an error.
        if stream is not None:
            stream.hub.close(stream)
        return None
    # A browser says much of itself, and a server keeps it as long as the stream is open: nobody asks for it again.
    if isinstance(scope["headers"], list):
        scope["headers"].clear()
    return stream


def _opened(token: str, scope: Scope) -> SentStream | HttpResponse | None:
    """Return the open stream, or what is answered instead; None for HEAD, which has the headers alone."""
    given: dict[bytes, bytes] = dict(scope["headers"])
    if not _is_our_host(given, scope):
        return refuse_plainly(HttpRequest(), 400)
    if scope["method"] not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    link = read_link(token)
    if link is None:
        return refuse_plainly(HttpRequest(), 404)
    if scope["method"] == "HEAD":
        return None
    asked = _asked(scope.get("query_string", b""))
    seen = seen_version(asked.get("v", ""), given.get(b"last-event-id", b"").decode("latin-1"))
    hub, channel = get_hub(), channel_of(link.locator, link.version)
    stream = SentStream(channel, seen, seen_version(asked.get("e", "")), LIFETIME, hub)
    peer = (scope.get("client") or ("",))[0]
    stream.address = address_of_stream(peer, given.get(b"x-forwarded-for", b"").decode("latin-1"))
    try:
        hub.add(stream)
    except Full:
        response = refuse_plainly(HttpRequest(), 503)
        response["Retry-After"] = "30"
        return response
    return stream


def _asked(query: bytes) -> dict[str, str]:
    """Return the fields of a query string; numbers need no unquoting."""
    return {name: said for name, _, said in (field.partition("=") for field in query.decode("latin-1").split("&"))}


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
    return _is_allowed(host, tuple(allowed))


@lru_cache(maxsize=256)
def _is_allowed(host: bytes, allowed: tuple[str, ...]) -> bool:
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
