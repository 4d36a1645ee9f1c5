"""Every setting: name, type, default. Read live from ``settings.ORDER_STATUS``; nothing is cached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

Backends = Mapping[str, Mapping[str, Any]]


class Settings:
    """The keys of ``ORDER_STATUS``. An annotated attribute is a setting's name, type and default at once."""

    # --- who tells us, and whom we tell ---------------------------------------------------------
    HOSTS: Backends = {}
    SOURCES: Backends = {}
    CHANNELS: Backends = {}

    # --- links and access -----------------------------------------------------------------------
    #: Secrets that sign links, newest first; older ones still verify. Empty: derived from SECRET_KEY.
    KEYS: Sequence[str] = ()
    #: Absolute address of the shop for mails, e.g. "https://shop.example"; "" takes the Wagtail Site's.
    BASE_URL: str = ""
    #: How long a device stays identified without a visit, and at the most.
    GRANT_IDLE: dt.timedelta = dt.timedelta(days=14)
    GRANT_LIFETIME: dt.timedelta = dt.timedelta(days=30)
    #: How long the thank-you page's claim works.
    CLAIM_LIFETIME: dt.timedelta = dt.timedelta(minutes=10)
    #: Identification attempts: an order's hour, day and whole life, an address's hour, an email's day, and all.
    LIMIT_ORDER_HOUR: int = 5
    LIMIT_ORDER_DAY: int = 15
    LIMIT_ORDER_LIFE: int = 50
    LIMIT_ADDRESS_HOUR: int = 20
    LIMIT_EMAIL_DAY: int = 10
    LIMIT_GLOBAL_HOUR: int = 2000
    #: What opens an order on another device: "number_and_email" (or phone) at once, or these two and a "mailed_code".
    IDENTIFICATION: str = "number_and_email"
    #: How long a mailed code works, and how often one may be mistyped.
    CODE_LIFETIME: dt.timedelta = dt.timedelta(minutes=10)
    CODE_TRIES: int = 5
    #: Codes that may be mailed: to one visitor for one order in an hour, for an order in an hour and in a day.
    LIMIT_CODE_VISITOR_HOUR: int = 3
    LIMIT_CODE_ORDER_HOUR: int = 6
    LIMIT_CODE_ORDER_DAY: int = 20
    #: How often a day the links of one email address may be asked for.
    LIMIT_LINKS_EMAIL_DAY: int = 5
    #: How often a day feedback on one order may be given or changed, by everybody with its link together.
    LIMIT_FEEDBACK_ORDER_DAY: int = 30
    #: How often a day notifications of one order may be switched on or off, by everybody with its link together.
    LIMIT_PUSH_ORDER_DAY: int = 60
    #: Calls of the push API in an hour: by one key, and by one address without any (or with a Saleor's token) before it
    #: is told to wait.
    LIMIT_API_KEY_HOUR: int = 20_000
    LIMIT_API_STRANGER_HOUR: int = 60
    #: Proxies whose X-Forwarded-For is believed, as networks, e.g. ("10.0.0.0/8",).
    TRUSTED_PROXIES: Sequence[str] = ()

    # --- how long what is kept --------------------------------------------------------------------
    #: After an order has ended: when devices are let in no more, and when the person is erased. An order of which
    #: nothing was heard for "silent" has ended, too. Then, from when each came: webhooks' bodies, the log of staff's
    #: looks, the audit log. None keeps for ever; keys that are left out keep these values.
    RETENTION: Mapping[str, dt.timedelta | None] = {
        "grants": dt.timedelta(days=30),
        "contact": dt.timedelta(days=90),
        "silent": dt.timedelta(days=180),
        "inbox": dt.timedelta(days=14),
        "staff_views": dt.timedelta(days=365),
        "audit": dt.timedelta(days=1095),
        "webhooks": dt.timedelta(days=30),
    }

    # --- the page -------------------------------------------------------------------------------
    #: Let anyone with the link see the items, and their prices.
    PUBLIC_ITEMS: bool = True
    PUBLIC_PRICES: bool = False
    #: Let anyone with the link see the map of each parcel: the cities that it passed, and the destination's country.
    PUBLIC_MAP: bool = False
    #: An interactive map that a customer may open below the drawn one, e.g. {"interactive": True, "tile_url":
    #: "https://tiles.shop.example/{z}/{x}/{y}.png", "attribution": "© …", "max_zoom": 8, "leaflet": "js_lib_leaflet"}.
    MAP: Mapping[str, Any] = {}
    #: A template of the shop's own that holds the page, with a block "order_status".
    BASE_TEMPLATE: str = "order_status_plugin/page/base.html"
    #: Whose videos and maps editors may put on the page, each loaded by a click only: "YouTube", "Vimeo",
    #: "OpenStreetMap", or an entry of the shop's own, e.g. {"name": "Shop TV", "kind": "video", "hosts":
    #: ["tv.shop.example"], "pattern": r"/w/(?P<id>\w+)", "src": "https://tv.shop.example/embed/{id}"}. Empty: none.
    EMBEDS: Sequence[str | Mapping[str, Any]] = ()
    #: Additions to the Content-Security-Policy by directive, e.g. {"img-src": ["https://cdn.example"]}.
    CSP: Mapping[str, Sequence[str]] = {}
    #: The shop's name and where help is; "" takes the Wagtail Site's name, and shows no help link.
    SHOP_NAME: str = ""
    HELP_URL: str = ""
    HELP_EMAIL: str = ""
    #: The zone of the shop, for times that belong to no place; "" takes Django's TIME_ZONE.
    TIME_ZONE: str = ""
    #: Count how often pages are opened: by day and site, and nothing more exact.
    PAGE_VIEWS: bool = True
    #: After how long without a scan the page says that there is no news.
    SILENT_AFTER: dt.timedelta = dt.timedelta(days=4)

    # --- what comes in --------------------------------------------------------------------------
    #: Largest body that a webhook may have, in bytes.
    WEBHOOK_MAX_BYTES: int = 2_000_000
    #: Scans this much older than their fulfillment belong to somebody else's parcel: numbers are recycled.
    RECYCLED_AFTER: dt.timedelta = dt.timedelta(days=7)
    #: How far ahead of our clock a scan may be before its time is not believed.
    FUTURE_TOLERANCE: dt.timedelta = dt.timedelta(minutes=5)
    #: How far back the reconciliation sweep looks at the host's orders.
    SWEEP_WINDOW: dt.timedelta = dt.timedelta(days=2)
    #: A source is asked about a parcel no longer than this after it left.
    POLL_UNTIL: dt.timedelta = dt.timedelta(days=90)

    # --- places ---------------------------------------------------------------------------------
    #: What finds the point of a place, as a dotted path to a class: by default a table, without asking anybody.
    GEOCODER: str = "order_status_plugin.places.resolve.OfflinePlaces"

    # --- live -----------------------------------------------------------------------------------
    #: How a process hears of changes that others made: "order_status_plugin.live.database.DatabaseBroker",
    #: "order_status_plugin.live.postgres.PostgresBroker", "order_status_plugin.live.redis.RedisBroker", or your own.
    LIVE_BROKER: str = "order_status_plugin.live.database.DatabaseBroker"
    #: Where PostgresBroker listens: a key of DATABASES that leads past PgBouncer, if there is one.
    LIVE_DATABASE: str = "default"
    #: Where RedisBroker finds Redis, e.g. "redis://127.0.0.1:6379/0".
    LIVE_REDIS_URL: str = ""
    #: Seconds between two looks of a process at the database, and between two heartbeats on a stream.
    LIVE_POLL_SECONDS: float = 1.0
    LIVE_HEARTBEAT_SECONDS: float = 20.0
    #: Open streams of one process, and of one address in it; one more is answered with 503, and its page polls.
    LIVE_MAX_STREAMS: int = 20_000
    LIVE_MAX_STREAMS_ADDRESS: int = 500

    # --- messages -------------------------------------------------------------------------------
    #: The kill switch: False sends nothing; rows wait and say so.
    MESSAGES: bool = True
    #: Milestones older than this are history, not news.
    MESSAGES_MAX_AGE: dt.timedelta = dt.timedelta(hours=24)
    #: Milestones that are told.
    MILESTONES: Sequence[str] = (
        "confirmed",
        "shipped",
        "out_for_delivery",
        "attempted_delivery",
        "ready_for_pickup",
        "delivered",
        "delayed",
        "exception",
        "returned",
        "cancelled",
        "refunded",
        "note",
        "stalled",
    )
    #: Whether a milestone is still told when a later one of the same parcel came before it left.
    MESSAGES_OVERTAKEN: bool = True
    #: From when until when, by the customer's clock, channels that ring wait for the morning; which milestones do not.
    MESSAGES_QUIET: Sequence[str] = ("21:00", "08:00")
    MESSAGES_RING_AT_NIGHT: Sequence[str] = ()
    #: After how long an order of which nothing was sent, and a parcel without a scan, has stalled.
    STALLED_UNSENT: dt.timedelta = dt.timedelta(days=7)
    STALLED_SILENT: dt.timedelta = dt.timedelta(days=7)
    #: Who is told of orders that have stalled; "" for nobody.
    SUPPORT_EMAIL: str = ""
    #: Several parcels of one order that reach the same milestone within this time are one message.
    DIGEST_WINDOW: dt.timedelta = dt.timedelta(seconds=30)
    #: Tries before a message is given up, and the longest wait between two.
    MESSAGES_MAX_ATTEMPTS: int = 12
    MESSAGES_MAX_DELAY: dt.timedelta = dt.timedelta(hours=2)

    # --- headless storefronts -------------------------------------------------------------------
    #: Origins whose pages may read what anybody with a link sees, e.g. ("https://www.shop.example",).
    STOREFRONT_ORIGINS: Sequence[str] = ()

    # --- other systems of the shop --------------------------------------------------------------
    #: Hosts inside of the shop's own network that webhooks may be sent to, e.g. ("erp.internal",). Others must be public.
    WEBHOOKS_PRIVATE_HOSTS: Sequence[str] = ()

    # --- watching it run ------------------------------------------------------------------------
    #: Tokens that open ``orders/metrics/`` for a monitor ("Authorization: Bearer …"), of 32 characters at least, and
    #: networks that need none, e.g. ("10.0.0.0/8",). With neither there is no such address.
    METRICS_TOKENS: Sequence[str] = ()
    METRICS_NETWORKS: Sequence[str] = ()

    # --- the worker -----------------------------------------------------------------------------
    #: Options for each django-q2 task and schedule, e.g. {"cluster": "orders"}.
    Q_OPTIONS: Mapping[str, Any] = {}

    def __getattribute__(self, name: str) -> Any:
        """Look into ``settings.ORDER_STATUS`` first, then at the default above."""
        if name.isupper():
            given = getattr(settings, "ORDER_STATUS", {})
            if isinstance(given, Mapping) and name in given:
                return given[name]
        return super().__getattribute__(name)

    def zone(self) -> ZoneInfo:
        """Return the zone of the shop."""
        return ZoneInfo(self.TIME_ZONE or settings.TIME_ZONE)

    def retention(self, what: str) -> dt.timedelta | None:
        """Return how long this is kept, None for ever."""
        default: Mapping[str, dt.timedelta | None] = type(self).__dict__["RETENTION"]
        return {**default, **self.RETENTION}[what]

    @classmethod
    def names(cls) -> frozenset[str]:
        """Return every known key."""
        return frozenset(name for name in cls.__annotations__ if name.isupper())


conf = Settings()
