"""System checks: a wrong setting is named by ``manage.py check``, before the first request."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.urls import LocalePrefixPattern, NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils.module_loading import import_string

from .backend import Receiver
from .backends import ALIAS, REGISTRIES, get_channel, get_source
from .carriers import catalogue
from .cms import providers
from .conf import Settings, conf
from .maps.tiles import complaints, files
from .messages.basis import BASES
from .places.resolve import OfflinePlaces
from .places.table import Unreadable, table

#: What must be installed beside us, and what for.
NEEDED_APPS = {
    "wagtail": "Orders belong to Wagtail sites, and content is edited there.",
    "wagtail.sites": "Orders belong to Wagtail sites.",
    "django_q": "Mails, sweeps and schedules run in django-q2's worker.",
}

NUMBERS = (int, float)
IDENTIFICATIONS = ("number_and_email", "mailed_code")
AFTER_CRASH = ("resend", "leave")
STOP_HINTS = ("", "word", "link")


@register("order_status")
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Check names, types and ranges of ORDER_STATUS."""
    given = getattr(settings, "ORDER_STATUS", {})
    if not isinstance(given, Mapping):
        return [Error("ORDER_STATUS must be a dict.", id="order_status.E003")]
    found: list[CheckMessage] = [
        Warning(
            f"ORDER_STATUS has an unknown key {name!r}.",
            hint="Known keys: " + ", ".join(sorted(Settings.names())),
            id="order_status.W001",
        )
        for name in given
        if name not in Settings.names()
    ]
    for name in sorted(Settings.names() & set(given)):
        found += _check_type(name, Settings.__dict__[name], given[name])
    found += _check_retention()
    found += _check_map()
    found += [
        Error(f"ORDER_STATUS['EMBEDS'] {what}", hint=hint or None, id="order_status.E016")
        for what, hint in providers.complaints()
    ]
    found += _check_messages()
    if conf.IDENTIFICATION not in IDENTIFICATIONS:
        found.append(
            Error(
                f"ORDER_STATUS['IDENTIFICATION'] must be one of {IDENTIFICATIONS}, not {conf.IDENTIFICATION!r}.",
                hint="Until it is, only a mailed code lets anybody in.",
                id="order_status.E003",
            )
        )
    if any(len(str(key)) < 32 for key in conf.KEYS):
        found.append(
            Error(
                "A secret in ORDER_STATUS['KEYS'] is shorter than 32 characters.",
                hint="Links are only as strong as their key: take e.g. secrets.token_urlsafe(48).",
                id="order_status.E007",
            )
        )
    found += _check_metrics()
    return found


def _check_metrics() -> Iterator[CheckMessage]:
    if any(len(str(token)) < 32 for token in conf.METRICS_TOKENS):
        yield Error(
            "A token in ORDER_STATUS['METRICS_TOKENS'] is shorter than 32 characters.",
            hint="Anybody may try: take e.g. secrets.token_urlsafe(32).",
            id="order_status.E017",
        )
    for network in conf.METRICS_NETWORKS:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError as error:
            yield Error(f"ORDER_STATUS['METRICS_NETWORKS']: {error}", id="order_status.E017")


def _check_type(name: str, default: Any, value: Any) -> Iterator[CheckMessage]:
    expected: tuple[type, ...] = (type(default),)
    if isinstance(default, bool):
        expected = (bool,)
    elif isinstance(default, NUMBERS):
        expected = NUMBERS
    elif isinstance(default, Mapping):
        expected = (Mapping,)
    elif isinstance(default, Sequence) and not isinstance(default, str):
        expected = (list, tuple)
    is_right = isinstance(value, expected) and not (isinstance(value, bool) and expected == NUMBERS)
    if not is_right:
        names = " or ".join(kind.__name__ for kind in expected)
        yield Error(f"ORDER_STATUS[{name!r}] must be {names}, not {value!r}.", id="order_status.E003")
    elif (isinstance(value, NUMBERS) and value < 0) or (isinstance(value, dt.timedelta) and value < dt.timedelta()):
        yield Error(f"ORDER_STATUS[{name!r}] must not be negative.", id="order_status.E003")


def _check_retention() -> Iterator[CheckMessage]:
    known: Mapping[str, Any] = Settings.__dict__["RETENTION"]
    for name, value in conf.RETENTION.items() if isinstance(conf.RETENTION, Mapping) else ():
        if name not in known:
            yield Error(
                f"ORDER_STATUS['RETENTION'] has an unknown key {name!r}.",
                hint="Known keys: " + ", ".join(known),
                id="order_status.E003",
            )
        elif value is not None and (not isinstance(value, dt.timedelta) or value < dt.timedelta()):
            yield Error(
                f"ORDER_STATUS['RETENTION'][{name!r}] must be a timedelta, or None for ever, not {value!r}.",
                id="order_status.E003",
            )


def _check_messages() -> Iterator[CheckMessage]:
    try:
        _start, _end = (dt.time.fromisoformat(text) for text in conf.MESSAGES_QUIET)
    except (TypeError, ValueError):
        yield Error(
            f"ORDER_STATUS['MESSAGES_QUIET'] must be two times as in ('21:00', '08:00'), not {conf.MESSAGES_QUIET!r}.",
            hint="Two equal times are no quiet hours.",
            id="order_status.E003",
        )
    for alias, entry in conf.CHANNELS.items() if isinstance(conf.CHANNELS, Mapping) else ():
        options = entry.get("OPTIONS", {}) if isinstance(entry, Mapping) else {}
        basis = options.get("basis", BASES[0]) if isinstance(options, Mapping) else BASES[0]
        if basis not in BASES:
            yield Error(
                f"ORDER_STATUS['CHANNELS'][{alias!r}]: 'basis' must be one of {BASES}, not {basis!r}.",
                hint="Until it is, nothing leaves without a customer's express yes.",
                id="order_status.E310",
            )


def _check_map() -> Iterator[CheckMessage]:
    given: Any = conf.MAP
    if not isinstance(given, Mapping):
        return
    wrong = list(complaints(given))
    for what, hint in wrong:
        yield Error(f"ORDER_STATUS['MAP'] {what}", hint=hint or None, id="order_status.E012")
    if wrong or not given.get("interactive"):
        return
    for name in files(given):
        if not finders.find(name):
            yield Error(
                f"ORDER_STATUS['MAP'] needs {name!r} among the static files.",
                hint="pip install order-status-plugin[map] and add 'js_lib_leaflet' to INSTALLED_APPS, or name the "
                "folder of your own copy of Leaflet 1.9 as 'leaflet'.",
                id="order_status.E012",
            )
    if not given["tile_url"].startswith("/"):
        yield Warning(
            "The order status page offers an interactive map with tiles of somebody else.",
            hint="Who opens it tells the tile server the address of the device and the region that the parcel is in. "
            "Say so in your privacy notice, or serve tiles yourself; then silence order_status.W018.",
            id="order_status.W018",
        )


@register("order_status")
def check_backends(**kwargs: Any) -> list[CheckMessage]:
    """Check that every backend can be built and is content with its options."""
    found: list[CheckMessage] = []
    for registry in REGISTRIES:
        entries = getattr(conf, registry.setting)
        if not isinstance(entries, Mapping):
            continue
        for alias in entries:
            if not (isinstance(alias, str) and ALIAS.fullmatch(alias)):
                found.append(
                    Error(
                        f"ORDER_STATUS[{registry.setting!r}] has the alias {alias!r}.",
                        hint="An alias stands in addresses: a to z first, then a to z, 0 to 9, - and _, 40 at most.",
                        id="order_status.E002",
                    )
                )
                continue
            try:
                found += registry[alias].check()
            except ImproperlyConfigured as error:
                found.append(Error(str(error), id="order_status.E001"))
    found += _one_address_each()
    try:
        found += import_string(conf.LIVE_BROKER)().check()
    except ImportError as error:
        found.append(Error(f"ORDER_STATUS['LIVE_BROKER']: {error}", id="order_status.E001"))
    return found


def _one_address_each() -> Iterator[CheckMessage]:
    """Say which alias has more than one backend that takes webhooks: only the first would get them."""
    taken: dict[str, str] = {}
    for registry in REGISTRIES:
        entries = getattr(conf, registry.setting)
        for alias in entries if isinstance(entries, Mapping) else ():
            try:
                backend = registry[alias]
            except (ImproperlyConfigured, TypeError):
                continue  # named above
            if not (isinstance(backend, Receiver) and backend.is_pushed()):
                continue
            if alias in taken:
                yield Error(
                    f"The alias {alias!r} stands in ORDER_STATUS[{taken[alias]!r}] and in ORDER_STATUS"
                    f"[{registry.setting!r}], and both take webhooks.",
                    hint="An alias is the address of its webhooks: give one of them another name.",
                    id="order_status.E008",
                )
            taken.setdefault(alias, registry.setting)


@register("order_status")
def check_channels(**kwargs: Any) -> list[CheckMessage]:
    """Check the options that every channel has."""
    found: list[CheckMessage] = []
    for alias in conf.CHANNELS if isinstance(conf.CHANNELS, Mapping) else ():
        try:
            options = get_channel(alias).options
        except ImproperlyConfigured:
            continue  # named above
        where = f"ORDER_STATUS['CHANNELS'][{alias!r}]['OPTIONS']"
        if options.get("after_crash", "resend") not in AFTER_CRASH:
            found.append(Error(f"{where}: 'after_crash' must be one of {AFTER_CRASH}.", id="order_status.E301"))
        if options.get("stop_hint", "") not in STOP_HINTS:
            found.append(Error(f"{where}: 'stop_hint' must be one of {STOP_HINTS}.", id="order_status.E301"))
        if options.get("markup"):
            found.append(
                Warning(
                    f"{where}: with 'markup' mails carry the address of delivery, for mail programs to read.",
                    hint="Whoever reads or is forwarded such a mail has it. Say so in your privacy notice, then silence "
                    "order_status.W302; or take the option away.",
                    id="order_status.W302",
                )
            )
        seconds = options.get("knows_keys_for", 0)
        if isinstance(seconds, bool) or not isinstance(seconds, NUMBERS):
            found.append(Error(f"{where}: 'knows_keys_for' must be a number of seconds.", id="order_status.E301"))
    return found


@register("order_status")
def check_sources(**kwargs: Any) -> list[CheckMessage]:
    """Check that each source that follows carriers has a way to hear of them, and limits that can be read."""
    found: list[CheckMessage] = []
    for alias in conf.SOURCES if isinstance(conf.SOURCES, Mapping) else ():
        try:
            source = get_source(alias)
        except ImproperlyConfigured:
            continue  # named above
        where = f"ORDER_STATUS['SOURCES'][{alias!r}]"
        try:
            is_wrong = any(budget.calls < 1 or budget.per <= dt.timedelta() for budget in source.budgets())
        except (TypeError, ValueError, OverflowError):
            is_wrong = True
        if is_wrong:
            found.append(
                Error(
                    f"{where}['OPTIONS']['budgets'] must be a list of (calls, seconds), both above nothing.",
                    hint="For example [(5, 1), (1000, 86400)]: five calls a second and a thousand a day.",
                    id="order_status.E404",
                )
            )
        if not (source.is_pushed() or source.is_asked()) and any(
            source.tracks(each.slug) for each in catalogue.CARRIERS
        ):
            found.append(
                Warning(
                    f"{where} follows carriers, but nothing ever comes from it: it sends no webhooks and cannot be asked.",
                    hint="Give it its credentials, or the secret of its webhooks, under 'OPTIONS'; or take it away.",
                    id="order_status.W402",
                )
            )
    return found


@register("order_status")
def check_places(**kwargs: Any) -> list[CheckMessage]:
    """Check that the resolver of places can be used, and that ours has its table."""
    try:
        resolver = import_string(conf.GEOCODER)
    except ImportError as error:
        return [Error(f"ORDER_STATUS['GEOCODER']: {error}", id="order_status.E001")]
    if not callable(getattr(resolver, "resolve", None)):
        return [Error(f"ORDER_STATUS['GEOCODER']: {conf.GEOCODER} has no resolve().", id="order_status.E001")]
    if not (isinstance(resolver, type) and issubclass(resolver, OfflinePlaces)):
        return []
    try:
        table()
    except Unreadable as error:
        return [
            Warning(
                f"The table of places cannot be read: {error}.",
                hint="Install the plugin anew. Until then no scan gets a point on the map, nor the time zone of its place.",
                id="order_status.W015",
            )
        ]
    return []


@register("order_status")
def check_project(**kwargs: Any) -> list[CheckMessage]:
    """Check what the project around us must have."""
    found: list[CheckMessage] = [
        Error(f"{name!r} is missing from INSTALLED_APPS.", hint=why, id="order_status.E005")
        for name, why in NEEDED_APPS.items()
        if not apps.is_installed(name)
    ]
    if not apps.is_installed("wagtail.contrib.settings"):
        found.append(
            Warning(
                "'wagtail.contrib.settings' is missing from INSTALLED_APPS.",
                hint="Without it editors have no form for the look of the page: logo, colours, contact. Add it, or "
                "silence order_status.W016.",
                id="order_status.W016",
            )
        )
    if not getattr(settings, "Q_CLUSTER", None):
        found.append(
            Warning(
                "Q_CLUSTER is not set: django-q2 would look for Redis on localhost.",
                hint="For the database as broker: Q_CLUSTER = {'name': 'shop', 'orm': 'default', 'timeout': 60, 'retry': 180}",
                id="order_status.W010",
            )
        )
    return found


@register(Tags.urls)
def check_urls(**kwargs: Any) -> list[CheckMessage]:
    """Check that our addresses are mounted, once and without a language prefix."""
    try:
        reverse("order_status:lookup")
    except NoReverseMatch:
        return [
            Error(
                "order_status_plugin.urls is not included in the URLconf.",
                hint='Add path("orders/", include("order_status_plugin.urls")) before Wagtail\'s catch-all.',
                id="order_status.E006",
            )
        ]
    if _is_below_language(get_resolver(), is_below=False):
        return [
            Error(
                "order_status_plugin.urls is included inside i18n_patterns().",
                hint="Links in mails must work in every language: mount it outside; the page follows the order's language.",
                id="order_status.E004",
            )
        ]
    return []


def _is_below_language(resolver: URLResolver, *, is_below: bool) -> bool:
    if resolver.namespace == "order_status":
        return is_below
    below = is_below or isinstance(resolver.pattern, LocalePrefixPattern)
    return any(
        _is_below_language(child, is_below=below) for child in resolver.url_patterns if isinstance(child, URLResolver)
    )


@register(Tags.database)
def check_databases(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Check that web and worker can share SQLite."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
            continue
        options = connection.settings_dict.get("OPTIONS", {})
        if "wal" not in str(options.get("init_command", "")).lower() or options.get("transaction_mode") != "IMMEDIATE":
            found.append(
                Warning(
                    f"The SQLite database {alias!r} is not set up for a web server and a worker at once.",
                    hint="OPTIONS: {'transaction_mode': 'IMMEDIATE', 'timeout': 20, "
                    "'init_command': 'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;'}",
                    id="order_status.W011",
                )
            )
    return found


@register(Tags.security, deploy=True)
def check_keys(**kwargs: Any) -> list[CheckMessage]:
    """Say what hangs on SECRET_KEY where links have no keys of their own."""
    if conf.KEYS:
        return []
    return [
        Warning(
            "ORDER_STATUS['KEYS'] is not set: links are signed by a key that is derived from SECRET_KEY.",
            hint="Changing SECRET_KEY then ends every link that was mailed, unless the old one stays in "
            "SECRET_KEY_FALLBACKS. Give links secrets of their own, newest first; put the present SECRET_KEY last, "
            "so that links which it signed stay alive.",
            id="order_status.W014",
        )
    ]


@register(Tags.security)
def check_frame(**kwargs: Any) -> list[CheckMessage]:
    """Say what it costs to put our page into the shop's own template."""
    if Settings.__dict__["BASE_TEMPLATE"] == conf.BASE_TEMPLATE:
        return []
    return [
        Warning(
            "The order status page stands in the shop's own base template.",
            hint="Scripts of that template can read the address bar and the private page, and the page's policy "
            "refuses inline ones. Keep it free of third parties, then silence order_status.W013.",
            id="order_status.W013",
        )
    ]


@register(Tags.security, deploy=True)
def check_embeds(**kwargs: Any) -> list[CheckMessage]:
    """Say whom a customer's click may tell of the device. Policy and HTTPS need nobody: each page allows its own frames."""
    asked = [urlsplit(origin).hostname or "" for origin in providers.frames()]
    if not asked:
        return []
    return [
        Warning(
            f"The order status page offers videos or maps of {', '.join(asked)}.",
            hint="Who loads one tells that server the address of the device; before the click nobody is asked. Say so in "
            "your privacy notice, then silence order_status.W019.",
            id="order_status.W019",
        )
    ]
