"""Every address of ours, classified. A new one that is not in this table fails the self-check, and the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from wagtail.models import Site

from ..access import ending, sharing
from ..access.models import ShareLink
from ..cms import epoch
from ..cms.look import look_for
from ..conf import conf
from ..events import Tier
from ..messages.stop import stop_token
from .canaries import Bird

NAMESPACE = "order_status"

HTML = "text/html"
JSON = "application/json"
TEXT = "text/plain"
CALENDAR = "text/calendar"
CSS = "text/css"
SCRIPT = "text/javascript"
MANIFEST = "application/manifest+json"
WALLET = "application/vnd.apple.order"

READ = ("GET", "HEAD", "OPTIONS")
FORM = (*READ, "POST")
#: What is asked of every address, whether it takes it or not.
METHODS = (*FORM, "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Visit:
    """One address, and which canaries it must not show although the visitor's tier may see them elsewhere."""

    path: str
    hides: tuple[str, ...] = ()
    #: Where it stands, as ``host`` or ``host:port``; "" for an address that any of the shop's hosts has.
    host: str = ""


@dataclass(frozen=True)
class Route:
    """What one address may do. ``shows`` is the most that its answer may ever tell, whoever asks."""

    shows: Tier
    methods: tuple[str, ...]
    formats: tuple[str, ...]
    visits: Callable[[Bird], Sequence[Visit]]
    #: Whether caches may keep what it answers with 200. Nothing that knows any order may.
    is_kept: bool = False


def _plain(name: str) -> Callable[[Bird], Sequence[Visit]]:
    return lambda bird: [Visit(reverse(f"{NAMESPACE}:{name}"), ("link",))]


def _of_link(name: str) -> Callable[[Bird], Sequence[Visit]]:
    return lambda bird: [Visit(reverse(f"{NAMESPACE}:{name}", kwargs={"link": bird.link}))]


def _shared(bird: Bird) -> list[Visit]:
    return [
        Visit(sharing.path_of(each), ("link", *(("item title",) if each.scope == ShareLink.Scope.ARRIVAL else ())))
        for each in bird.shares
    ]


def _unsubscribe(bird: Bird) -> list[Visit]:
    tokens = [stop_token(bird.order, alias) for alias in conf.CHANNELS]
    return [Visit(reverse(f"{NAMESPACE}:unsubscribe", kwargs={"token": token}), ("link",)) for token in tokens]


def _end_devices(bird: Bird) -> list[Visit]:
    token = ending.token_for(bird.order, timezone.now())
    return [Visit(reverse(f"{NAMESPACE}:end-devices", kwargs={"token": token}), ("link",))]


def _hooks(bird: Bird) -> list[Visit]:
    return [
        Visit(reverse(f"{NAMESPACE}:hook", kwargs={"alias": alias}), ("link",)) for alias in (*conf.SOURCES, "none")
    ]


def _secret_hooks(bird: Bird) -> list[Visit]:
    return [
        Visit(reverse(f"{NAMESPACE}:hook-with-secret", kwargs={"alias": alias, "secret": bird.hook_secret}), ("link",))
        for alias in conf.SOURCES
    ]


def _apps(name: str) -> Callable[[Bird], Sequence[Visit]]:
    """Return a visit for each shop, whether or not we are an app in it: without its token there is nothing to see."""

    def visits(bird: Bird) -> list[Visit]:
        paths = [reverse(f"{NAMESPACE}:{name}", kwargs={"alias": alias}) for alias in (*conf.HOSTS, "none")]
        return [Visit(path, ("link",)) for path in paths]

    return visits


def _styles(bird: Bird) -> list[Visit]:
    looks = [look_for(site, epoch.current()) for site in Site.objects.order_by("pk").values_list("pk", flat=True)]
    now = [look.style_url for look in looks if look.css]
    never = reverse(f"{NAMESPACE}:style", kwargs={"site": 1, "digest": "0" * 16})
    return [Visit(path, ("link", "item title")) for path in (*now, never)]


def _push(bird: Bird) -> list[Visit]:
    deeds = ("ask", "subscribe", "unsubscribe")
    return [Visit(reverse(f"{NAMESPACE}:push", kwargs={"link": bird.link, "deed": deed})) for deed in deeds]


def _wallets(tail: str = "") -> Callable[[Bird], Sequence[Visit]]:
    """Return a visit for each channel, whatever it is: what a device asks, without the token that it would have."""

    def visits(bird: Bird) -> list[Visit]:
        paths = [reverse(f"{NAMESPACE}:wallet", kwargs={"alias": alias}) for alias in (*conf.CHANNELS, "none")]
        return [Visit(path + tail.format(uid=bird.order.locator), ("link",)) for path in paths]

    return visits


def _wallet_files(bird: Bird) -> list[Visit]:
    names = [{"link": bird.link, "alias": alias} for alias in (*conf.CHANNELS, "none")]
    return [Visit(reverse(f"{NAMESPACE}:wallet-file", kwargs=name)) for name in names]


def _api(name: str) -> Callable[[Bird], Sequence[Visit]]:
    """Return a visit of an operation of the push API, for every shop: without the key that it wants."""

    def visits(bird: Bird) -> list[Visit]:
        about = {"reference": bird.order.reference, "fulfillment": "1", "parcel": "1"}
        if name == "list_orders":
            about = {}
        elif name in ("put_order", "view_order", "post_note", "post_claim"):
            about = {"reference": bird.order.reference}
        elif "fulfillment" in name:
            del about["parcel"]
        return [
            Visit(reverse(f"{NAMESPACE}:{name}", kwargs={"alias": alias, **about}), ("link",))
            for alias in (*conf.HOSTS, "none")
        ]

    return visits


def _nothing(bird: Bird) -> list[Visit]:
    root = reverse(f"{NAMESPACE}:lookup")
    # What a cache would take for a file: the page must not stand behind it.
    tails = ("x.css", "x.css/", "live/x.js", ";.css", "%2fx.css", "%3fx.css", "%0d%0aSet-Cookie:x=1")
    return [*(Visit(f"{bird.path}{tail}") for tail in tails), Visit(f"{root}none/", ("link",))]


def editors_pages() -> list[Visit]:
    """Return the addresses of the order status pages that anybody can open: of every site, in every language."""
    models: list[Any] = [model for model in apps.get_models() if getattr(model, "is_order_status_page", False)]
    pages = [page for model in models for page in model._default_manager.live().public().order_by("pk")]
    found = [urlsplit(page.full_url) for page in pages if page.full_url]
    return [Visit(url.path, ("link",), url.netloc) for url in found]


#: The pages that editors own stand below Wagtail's address, not below ours; there may be none.
EDITORS_PAGE = "the editors' page"
EDITORS = Route(Tier.PUBLIC, FORM, (HTML,), lambda bird: editors_pages())

#: By name; the one without a name by its view's.
ROUTES: dict[str, Route] = {
    "lookup": Route(Tier.PUBLIC, FORM, (HTML,), _plain("lookup")),
    "claim": Route(Tier.PUBLIC, FORM, (HTML,), _plain("claim")),
    "code": Route(Tier.PUBLIC, FORM, (HTML,), _plain("code")),
    "ask-code": Route(Tier.PUBLIC, FORM, (HTML,), _plain("ask-code")),
    "mail-links": Route(Tier.PUBLIC, FORM, (HTML,), _plain("mail-links")),
    "app": Route(Tier.PUBLIC, READ, (HTML, TEXT), _apps("app")),
    "app-manifest": Route(Tier.PUBLIC, READ, (JSON, TEXT), _apps("app-manifest")),
    "app-register": Route(Tier.PUBLIC, ("POST", "OPTIONS"), (JSON, TEXT), _apps("app-register")),
    "app-open": Route(Tier.PUBLIC, ("POST", "OPTIONS"), (HTML, TEXT), _apps("app-open")),
    "app-widget": Route(Tier.PUBLIC, ("POST", "OPTIONS"), (HTML, TEXT), _apps("app-widget")),
    "app-popup": Route(Tier.PUBLIC, READ, (HTML, TEXT), _apps("app-popup")),
    "health": Route(Tier.PUBLIC, ("GET", "HEAD"), (JSON,), _plain("health")),
    "metrics": Route(Tier.PUBLIC, ("GET", "HEAD"), (TEXT,), _plain("metrics")),
    "api-description": Route(Tier.PUBLIC, READ, (JSON,), _plain("api-description")),
    "put_order": Route(Tier.PUBLIC, (), (JSON,), _api("put_order")),
    "list_orders": Route(Tier.PUBLIC, (), (JSON,), _api("list_orders")),
    "view_order": Route(Tier.PUBLIC, (), (JSON,), _api("view_order")),
    "put_fulfillment": Route(Tier.PUBLIC, (), (JSON,), _api("put_fulfillment")),
    "put_parcel": Route(Tier.PUBLIC, (), (JSON,), _api("put_parcel")),
    "post_events": Route(Tier.PUBLIC, (), (JSON,), _api("post_events")),
    "post_note": Route(Tier.PUBLIC, (), (JSON,), _api("post_note")),
    "post_claim": Route(Tier.PUBLIC, (), (JSON,), _api("post_claim")),
    "hook": Route(Tier.PUBLIC, ("POST", "HEAD", "OPTIONS"), (HTML, JSON, TEXT), _hooks),
    "hook-with-secret": Route(Tier.PUBLIC, ("POST", "HEAD", "OPTIONS"), (HTML, JSON, TEXT), _secret_hooks),
    "end-devices": Route(Tier.PUBLIC, FORM, (HTML,), _end_devices),
    "shared": Route(Tier.PUBLIC, READ, (HTML,), _shared),
    "style": Route(Tier.PUBLIC, READ, (CSS, HTML), _styles, is_kept=True),
    "unsubscribe": Route(Tier.PUBLIC, ("GET", "HEAD", "POST"), (HTML,), _unsubscribe),
    "order": Route(Tier.STAFF, READ, (HTML,), _of_link("order")),
    "StatusPageView": Route(Tier.STAFF, READ, (HTML,), lambda bird: [Visit(bird.path.rstrip("/"))]),
    "identify": Route(Tier.STAFF, FORM, (HTML,), _of_link("identify")),
    "ask-code-for": Route(Tier.STAFF, FORM, (HTML,), _of_link("ask-code-for")),
    "forget": Route(Tier.STAFF, FORM, (HTML,), _of_link("forget")),
    "devices": Route(Tier.STAFF, FORM, (HTML,), _of_link("devices")),
    "messages": Route(Tier.STAFF, FORM, (HTML,), _of_link("messages")),
    "renew": Route(Tier.STAFF, FORM, (HTML,), _of_link("renew")),
    "share": Route(Tier.STAFF, FORM, (HTML,), _of_link("share")),
    "share-end": Route(Tier.STAFF, FORM, (HTML,), _of_link("share-end")),
    "feedback": Route(Tier.PUBLIC, FORM, (HTML,), _of_link("feedback")),
    "calendar": Route(Tier.PUBLIC, READ, (CALENDAR,), _of_link("calendar")),
    "picture": Route(Tier.PUBLIC, READ, (JSON, HTML), _of_link("picture")),
    "live": Route(Tier.PUBLIC, READ, (JSON, "text/event-stream", HTML), _of_link("live")),
    "push": Route(Tier.PUBLIC, FORM, (HTML, JSON), _push),
    "push-app": Route(Tier.PUBLIC, READ, (MANIFEST,), _of_link("push-app")),
    "push-moved": Route(Tier.PUBLIC, ("POST", "OPTIONS"), (HTML, JSON), _plain("push-moved")),
    "push-worker": Route(Tier.PUBLIC, READ, (SCRIPT,), _plain("push-worker")),
    "wallet": Route(Tier.PUBLIC, (), (TEXT,), _wallets()),
    "wallet-file": Route(Tier.PRIVATE, READ, (WALLET, HTML), _wallet_files),
    "wallet-log": Route(Tier.PUBLIC, ("POST", "OPTIONS"), (HTML, TEXT), _wallets("v1/log")),
    "wallet-order": Route(Tier.PUBLIC, READ, (HTML, TEXT), _wallets("v1/orders/order.com.example/{uid}")),
    "wallet-registration": Route(
        Tier.PUBLIC,
        ("POST", "DELETE", "OPTIONS"),
        (HTML, TEXT),
        _wallets("v1/devices/device/registrations/order.com.example/{uid}"),
    ),
    "wallet-registrations": Route(
        Tier.PUBLIC, READ, (HTML, JSON, TEXT), _wallets("v1/devices/device/registrations/order.com.example")
    ),
    "not-found": Route(Tier.PUBLIC, (), (), _nothing),
}


def served() -> list[str]:
    """Return the keys of all addresses that the URLconf holds under our namespace."""
    return [key for resolver in _ours(get_resolver()) for key in _keys(resolver)]


def key_of(name: str | None, callback: object) -> str:
    """Return under which key a pattern is classified."""
    view = getattr(callback, "view_class", callback)
    return name or str(getattr(view, "__name__", view))


def _ours(resolver: URLResolver) -> Iterator[URLResolver]:
    for child in resolver.url_patterns:
        if isinstance(child, URLResolver):
            if child.namespace == NAMESPACE:
                yield child
            else:
                yield from _ours(child)


def _keys(resolver: URLResolver) -> Iterator[str]:
    for child in resolver.url_patterns:
        if isinstance(child, URLPattern):
            yield key_of(child.name, child.callback)
        else:
            yield from _keys(child)
