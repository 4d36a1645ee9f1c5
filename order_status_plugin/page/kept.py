"""Pages that are kept: rendered once for a version of an order, served until that or its time is over."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed
from django.db import DatabaseError, connections, router
from django.templatetags.static import static
from django.utils import timezone

from .. import __version__
from ..cms.models import ContentEpoch
from ..conf import conf
from ..events import Tier
from ..keys import signing_key
from ..tracking.models import Order
from ..view.languages import codes
from ..wallet import issuers
from ..worker.stopping import is_over
from .models import KeptPage
from .subscribing import server_key

logger = logging.getLogger(__name__)


#: A storage that puts hashes into names reads them once a process, so this may too.
_FILES = ("status.css", "live.js", "share.js", "map.js", "map.css", "embed.js", "embed.css", "push.js")

#: Pages that one statement deletes: they are long.
CLEANED_AT_ONCE = 500

_lock = threading.Lock()
_looks = {"hit": 0, "miss": 0}


def count(*, is_hit: bool) -> None:
    """Count a look for a kept page."""
    with _lock:
        _looks["hit" if is_hit else "miss"] += 1


def looks() -> dict[str, int]:
    """Return how often this process found a kept page, and how often it did not."""
    with _lock:
        return dict(_looks)


@dataclass(frozen=True, slots=True)
class Found:
    """What one look finds: the epoch of the content, and the page of that epoch where one is kept."""

    epoch: int
    html: str | None


def find(locator: str, link_version: int, language: str) -> Found:
    """Look for the kept page of a link that is right and not revoked, as a visitor with this language sees it: one query."""
    connection = connections[router.db_for_read(KeptPage)]
    quote = connection.ops.quote_name
    kept, order, epoch = (quote(model._meta.db_table) for model in (KeptPage, Order, ContentEpoch))
    # Written out: the ORM would spend more time on this one row than the rest of the request takes.
    sql = (
        f"SELECT e.number, (SELECT k.html FROM {kept} k "  # noqa: S608
        f"JOIN {order} o ON o.id = k.order_id AND o.version = k.version "
        "WHERE o.locator = %s AND o.link_version = %s AND k.variant = %s AND k.valid_until > %s "
        "AND k.epoch = e.number) "
        f"FROM (SELECT COALESCE((SELECT number FROM {epoch} WHERE id = 1), 0) AS number) e"
    )
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(sql, [locator, link_version, variant(language), now])
        found = Found(*cursor.fetchone())
    count(is_hit=found.html is not None)
    return found


def keep(
    order: Order, html: str, valid_until: dt.datetime, language: str, epoch: int, tier: Tier = Tier.PUBLIC
) -> None:
    """Keep a page for this version of the order and this epoch of the content; failing to costs time, nothing else."""
    connection = connections[router.db_for_write(KeptPage)]
    until = connection.ops.adapt_datetimefield_value(valid_until)
    row = (order.pk, variant(language, tier), order.version, epoch, until, html)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_insert(connection.ops.quote_name(KeptPage._meta.db_table)), row)
    except DatabaseError:
        logger.warning("could not keep the page of an order", exc_info=True)


@lru_cache(maxsize=4)
def _insert(table: str) -> str:
    """Return the statement that keeps a page; by itself, for the ORM would put a transaction around it."""
    columns = ("order_id", "variant", "version", "epoch", "valid_until", "html")
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) "  # noqa: S608
        f"ON CONFLICT (order_id, variant) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns[2:])}"
    )


def clean(*, seconds: float = 20) -> None:
    """Delete the pages whose time is over, of whatever release and settings. The worker calls it with its sweep.

    What is left after so many seconds is left to the next one.
    """
    over = KeptPage.objects.filter(valid_until__lt=timezone.now())
    end = time.monotonic() + seconds
    while not is_over(end) and (keys := list(over.values_list("pk", flat=True)[:CLEANED_AT_ONCE])):
        over.filter(pk__in=keys).delete()


def variant(language: str, tier: Tier = Tier.PUBLIC) -> str:
    """Return what a page depends on beside its order: release, settings, files, and the language asked for."""
    if tier is Tier.PUBLIC:
        return f"{_stamp()}:{language}"
    return f"{_stamp(*issuers.aliases())}:{language}:{tier.value}"


@lru_cache(maxsize=8)
def _stamp(*wallets: str) -> str:
    """Return one word for all that hangs on the release and its settings, made once a process: pages ask for it."""
    facts = (
        *(__version__, conf.PUBLIC_ITEMS, conf.PUBLIC_PRICES, conf.PUBLIC_MAP, conf.MAP, conf.EMBEDS),
        *(conf.BASE_TEMPLATE, conf.SHOP_NAME, conf.HELP_URL, conf.HELP_EMAIL, conf.TIME_ZONE or settings.TIME_ZONE),
        *(conf.SILENT_AFTER, conf.IDENTIFICATION, server_key(), codes()),
        *(conf.MESSAGES, conf.CHANNELS, conf.MILESTONES, *wallets),
        *(static(f"order_status_plugin/{name}") for name in _FILES),
    )
    return signing_key().mac("kept page", *map(str, facts)).hex()[:24]


def _forget(**kwargs: object) -> None:
    _stamp.cache_clear()


setting_changed.connect(_forget, dispatch_uid="order_status.kept")
