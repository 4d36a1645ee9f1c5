"""A Salesman shop beside Wagtail and the plugin. Atomic requests on PostgreSQL, autocommit on SQLite: both matter."""

from __future__ import annotations

import os

from tests.databases import TablesOfToday

SECRET_KEY = "salesman-project-secret-key-long-enough-to-be-taken-seriously-by-django"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost"]
USE_TZ = True
TIME_ZONE = "Europe/Lisbon"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
ROOT_URLCONF = "tests.projects.salesman.urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
# With BigAutoField Salesman's own models differ from its migrations.
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
WAGTAIL_SITE_NAME = "Tilia & Sal"
WAGTAILADMIN_BASE_URL = "http://testserver"

PLUGIN = ["order_status_plugin", "order_status_plugin.pages"]
SALESMAN = [
    "salesman.core",
    "salesman.basket",
    "salesman.checkout",
    "salesman.orders",
    "salesman.admin",
    "rest_framework",
    "tests.projects.salesman.goods",
]
DJANGO = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
WAGTAIL = [
    "wagtail_modeladmin",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
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
    "django_q",
]
#: The order of apps decides whose templates win, and who is ready first; neither must matter.
PLUGIN_IS_LAST = os.environ.get("SALESMAN_PLUGIN_IS_LAST") == "1"
INSTALLED_APPS = [*SALESMAN, *WAGTAIL, *DJANGO, *PLUGIN] if PLUGIN_IS_LAST else [*PLUGIN, *SALESMAN, *WAGTAIL, *DJANGO]
#: Models are swapped before anything is migrated, so a process has the one or the other.
IS_SWAPPED = os.environ.get("SALESMAN_IS_SWAPPED") == "1"
if IS_SWAPPED:
    INSTALLED_APPS.append("tests.projects.salesman.swapped")
    SALESMAN_BASKET_MODEL = "swapped.Basket"
    SALESMAN_BASKET_ITEM_MODEL = "swapped.BasketItem"
    SALESMAN_ORDER_MODEL = "swapped.Order"
    SALESMAN_ORDER_ITEM_MODEL = "swapped.OrderItem"
    SALESMAN_ORDER_PAYMENT_MODEL = "swapped.OrderPayment"
    SALESMAN_ORDER_NOTE_MODEL = "swapped.OrderNote"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CSRF_TRUSTED_ORIGINS = ["https://shop.example"]

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
if os.environ.get("DATABASE_URL"):
    from tests.databases import from_url

    DATABASES = {"default": {**from_url(os.environ["DATABASE_URL"]), "ATOMIC_REQUESTS": True}}


MIGRATION_MODULES = TablesOfToday()

SALESMAN_PRODUCT_TYPES = {
    "goods.Thing": "tests.projects.salesman.goods.serializers.ThingSerializer",
    "goods.File": "tests.projects.salesman.goods.serializers.FileSerializer",
}
SALESMAN_BASKET_MODIFIERS = ["tests.projects.salesman.goods.shop.Shipping"]
SALESMAN_PAYMENT_METHODS = [
    "tests.projects.salesman.goods.shop.Card",
    "tests.projects.salesman.goods.shop.OnDelivery",
    "tests.projects.salesman.goods.shop.Later",
]

Q_CLUSTER = {"name": "salesman", "orm": "default", "timeout": 60, "retry": 120, "workers": 1}
ORDER_STATUS = {
    "BASE_URL": "http://testserver",
    "HOSTS": {
        "shop": {
            "BACKEND": "order_status_plugin.hosts.salesman.SalesmanHost",
            "OPTIONS": {"currency": "EUR", "digital": ["goods.File"], "public_extra": ["size"]},
        }
    },
    "SOURCES": {"manual": {"BACKEND": "order_status_plugin.sources.manual.Manual"}},
    "CHANNELS": {"email": {"BACKEND": "order_status_plugin.channels.email.EmailChannel"}},
}
