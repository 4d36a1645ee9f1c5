"""The settings of the example shop. What the plugin needs stands at the end, and is short."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path

import oscar
from oscar.defaults import *  # noqa: F403

from . import wallet_files
from .databases import from_url
from .secret_store import given_secrets, kept, link_keys, source_secrets, standard

BASE_DIR = Path(__file__).resolve().parent
VAR = Path(os.environ.get("EXAMPLE_VAR") or BASE_DIR / "var").resolve()
VAR.mkdir(parents=True, exist_ok=True)
PORT = int(os.environ.get("PORT") or 8000)

SECRET_KEY = kept(VAR, "django")
DEBUG = os.environ.get("DEBUG") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "example_site.urls"
ASGI_APPLICATION = "example_site.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

# --- the shop: Wagtail and django-oscar ----------------------------------------------------------------
OUR_FORKS = {
    "oscar.apps.checkout.apps.CheckoutConfig": "example_site.checkout.apps.CheckoutConfig",
    "oscar.apps.search.apps.SearchConfig": "example_site.search.apps.SearchConfig",
    "oscar.apps.shipping.apps.ShippingConfig": "example_site.shipping.apps.ShippingConfig",
}
INSTALLED_APPS = [
    "example_site.shop",
    "order_status_plugin",
    "order_status_plugin.pages",
    "django_q",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "sorl.thumbnail",
    *(OUR_FORKS.get(app, app) for app in oscar.INSTALLED_APPS),
]
# The fork of Oscar's shipping app changes no table.
MIGRATION_MODULES = {"shipping": "oscar.apps.shipping.migrations"}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]
DATABASES = {"default": from_url(os.environ.get("DATABASE_URL", ""), VAR)}
REDIS_URL = os.environ.get("REDIS_URL", "")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

USE_TZ = True
TIME_ZONE = "Europe/Lisbon"
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt-br", "Português (Brasil)"),
    ("ar", "العربية"),
    ("ja", "日本語"),
]
SITE_ID = 1

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
EMAIL_BACKEND = "example_site.mail.FolderBackend"
EMAIL_FOLDER = VAR / "mail"
SMS_FOLDER = VAR / "sms"
DEFAULT_FROM_EMAIL = "Tilia & Sal <hello@tilia-sal.example>"

# Oscar asks for a search engine; the simple one finds by LIKE, keeps no index, and says so at each save.
warnings.filterwarnings("ignore", "update is not implemented", UserWarning)
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
WAGTAIL_SITE_NAME = "Tilia & Sal"
WAGTAIL_I18N_ENABLED = True
# Nothing of this demo asks the outside world for anything.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILADMIN_BASE_URL = f"http://127.0.0.1:{PORT}"

OSCAR_SHOP_NAME = "Tilia & Sal"
OSCAR_SHOP_TAGLINE = "Things for the table"
OSCAR_HOMEPAGE = "/"
OSCAR_FROM_EMAIL = DEFAULT_FROM_EMAIL
OSCAR_DEFAULT_CURRENCY = "EUR"
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_ALLOW_GUEST_CHECKOUT_WITH_ACCOUNT = True
OSCAR_HIDDEN_FEATURES = ["reviews", "wishlists"]
OSCAR_INITIAL_ORDER_STATUS = OSCAR_INITIAL_LINE_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = {
    "Pending": ("Being processed", "Cancelled"),
    "Being processed": ("Complete", "Cancelled"),
    "Complete": (),
    "Cancelled": (),
}
OSCAR_LINE_STATUS_PIPELINE = {
    "Pending": ("Being processed", "Cancelled"),
    "Being processed": ("Cancelled",),
    "Cancelled": (),
}
OSCAR_ORDER_STATUS_CASCADE = {"Being processed": "Being processed", "Cancelled": "Cancelled"}

# --- the worker ----------------------------------------------------------------------------------------
Q_CLUSTER = {
    "name": "shop",
    "workers": int(os.environ.get("WORKERS") or 1),
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 60,
    "retry": 180,
    "max_attempts": 5,
    "catch_up": False,
    "save_limit": 250,
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}


# --- who follows the parcels ---------------------------------------------------------------------------
def source(
    name: str, carriers: list[str], *credentials: str, is_pushed: bool = True, **options: object
) -> dict[str, object]:
    """Return a source as a shop sets it up, but for the address: its provider's API is played by this site."""
    alias = name.partition(".")[0]
    options["carriers"] = carriers
    if is_pushed:
        options.setdefault("secrets", source_secrets(VAR, alias))
    elif given_secrets(alias):  # it sends webhooks, too, to those who set them up
        options["secrets"] = given_secrets(alias)
    if credentials:
        options |= {credential: kept(VAR, f"{alias} {credential}") for credential in credentials}
        options["url"] = f"http://127.0.0.1:{PORT}/providers/{alias}"
    return {"BACKEND": f"order_status_plugin.sources.{name}", "OPTIONS": options}


# The carriers that this shop has connected with each (the bikes are its own); parcels of any other show number and link. Two may follow one
# carrier: a parcel is the first one's unless another told of it before.
SOURCES = {
    "aftership": source("aftership.AfterShip", ["ups", "dpd"]),
    "easypost": source("easypost.EasyPost", ["evri"]),
    "shippo": source("shippo.Shippo", ["deutsche-post"], "api_key"),
    "seventeentrack": source("seventeentrack.SeventeenTrack", ["correos"], "api_key"),
    "ship24": source("ship24.Ship24", ["poste-italiane"], "api_key"),
    "trackingmore": source("trackingmore.TrackingMore", ["an-post"], "api_key"),
    "standard": source("standard.Standard", ["ribeira-bikes"], secrets=source_secrets(VAR, "standard", standard)),
    "ups": source("ups.Ups", ["ups"], "client_id", "client_secret", is_pushed=False),
    "usps": source("usps.Usps", ["usps"], "client_id", "client_secret", is_pushed=False),
    "dhl": source("dhl.Dhl", ["dhl-express"], "api_key", is_pushed=False),
    "laposte": source("laposte.LaPoste", ["colissimo"], "api_key", is_pushed=False),
    "fedex": source("fedex.FedEx", ["fedex"], "client_id", "client_secret", is_pushed=False),
    "canadapost": source("canadapost.CanadaPost", ["canada-post"], "username", "password", is_pushed=False),
    "karrio": source("karrio.Karrio", ["bpost"], "api_key"),
    "manual": {"BACKEND": "order_status_plugin.sources.manual.Manual"},
}

# --- the plugin ----------------------------------------------------------------------------------------
ORDER_STATUS = {
    "HOSTS": {
        "shop": {"BACKEND": "order_status_plugin.hosts.oscar.OscarHost", "OPTIONS": {"image_size": "240x240"}},
        "push": {"BACKEND": "order_status_plugin.hosts.push.PushHost"},
    },
    "SOURCES": SOURCES,
    "CHANNELS": {
        "email": {
            "BACKEND": "order_status_plugin.channels.email.EmailChannel",
            # A mail that is written again has the same name: the folder knows it for as long as it stands.
            "OPTIONS": {"knows_keys_for": 365 * 86400},
        },
        "push": {
            "BACKEND": "order_status_plugin.channels.webpush.WebPushChannel",
            # Any 32 bytes are such a key; a shop makes its own with order_status_push_keys.
            "OPTIONS": {"private_keys": [kept(VAR, "push")]},
        },
        "sms": {
            "BACKEND": "order_status_plugin.channels.console.ConsoleSms",
            "OPTIONS": {"folder": SMS_FOLDER, "sender": "Tilia Sal", "prices": {"PT": "0.04", "*": "0.08"}},
        },
        "wallet": {
            "BACKEND": "order_status_plugin.channels.wallet.WalletChannel",
            "OPTIONS": wallet_files.options(VAR),
        },
    },
    "KEYS": link_keys(),
    **({"LIVE_BROKER": "order_status_plugin.live.redis.RedisBroker", "LIVE_REDIS_URL": REDIS_URL} if REDIS_URL else {}),
    "TRUSTED_PROXIES": os.environ.get("TRUSTED_PROXIES", "").split(),
    "METRICS_TOKENS": [kept(VAR, "metrics")],
    "HELP_EMAIL": "hello@tilia-sal.example",
}


def _is_no_answer_on_health(record: logging.LogRecord) -> bool:
    return not getattr(getattr(record, "request", None), "path", "").endswith("/orders/health/")


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Who asks for the shop's health reads the answer: at the start nobody has heard of the worker yet.
    "filters": {"not_health": {"()": "django.utils.log.CallbackFilter", "callback": _is_no_answer_on_health}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR", "filters": ["not_health"]}},
}
