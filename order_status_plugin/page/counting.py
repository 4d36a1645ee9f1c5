"""How often pages are opened: counted in this process, and written once a minute, after an answer has left.

A page costs no query for it. What a process has not written when it ends is lost: a minute of a day's figure.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from wagtail.models import Site

from ..conf import conf
from ..events import Tier
from .models import PageViewCount

logger = logging.getLogger(__name__)

#: Seconds between two writings of a process.
EVERY = 60.0

#: Kinds of looks that a process keeps apart in that time: a project may answer to any host that is asked for.
MOST = 1_000

#: Host and port, day, tier.
Key = tuple[str, dt.date, str]

_lock = threading.Lock()
_counts: Counter[Key] = Counter()
_due = [0.0]  # on the monotonic clock; 0: nothing is counted


def count(request: HttpRequest, response: HttpResponseBase, tier: Tier) -> None:
    """Count one look of a person who opened a page; a page that reads itself again, or ahead, is none."""
    if not conf.PAGE_VIEWS or request.method != "GET":
        return
    said = request.META  # to make request.headers of it costs more than all the rest
    if said.get("HTTP_SEC_FETCH_DEST", "document") != "document" or "prefetch" in said.get("HTTP_SEC_PURPOSE", ""):
        return
    now, key = time.monotonic(), (request.get_host(), _today(), tier.value)
    with _lock:
        if key in _counts or len(_counts) < MOST:
            _counts[key] += 1
        _due[0] = _due[0] or now + EVERY
        is_due = now >= _due[0]
    if is_due:
        # The server closes a response once it is sent.
        response._resource_closers.append(flush)  # type: ignore[attr-defined]


def _today() -> dt.date:
    return timezone.localdate(timezone=conf.zone())


def flush() -> None:
    """Write what was counted. Never raises: a figure is worth nobody's page."""
    with _lock:
        counted, _due[0] = Counter(_counts), 0.0
        _counts.clear()
    try:
        sites = {host: _site(host) for host, _day, _tier in counted}
        with transaction.atomic():
            for (host, day, tier), n in sorted(counted.items()):
                _add(sites[host], day, tier, n)
    except DatabaseError:
        logger.warning("page views could not be written", exc_info=True)


def views(first: dt.date, end: dt.date) -> Iterable[tuple[dt.date, str, int]]:
    """Return day, tier and number of the pages that were opened from ``first`` to the day before ``end``."""
    rows = PageViewCount.objects.filter(day__gte=first, day__lt=end).order_by("day")
    return list(rows.values_list("day", "tier").annotate(n=Sum("count")))


def _add(site: Site | None, day: dt.date, tier: str, n: int) -> None:
    which: dict[str, Any] = {"site": site, "day": day, "tier": tier}
    # No constraint holds where there is no site: two rows are as good as one, for they are added up.
    row = PageViewCount.objects.filter(**which).first() or PageViewCount.objects.get_or_create(**which)[0]
    PageViewCount.objects.filter(pk=row.pk).update(count=F("count") + n)


def _site(host: str) -> Site | None:
    name, _colon, port = host.rpartition(":") if ":" in host else (host, "", "")
    found = Site.objects.filter(hostname__iexact=name or host)
    if port.isdecimal():
        found = found.order_by("port").filter(port=int(port)) or found
    return found.first() or Site.objects.filter(is_default_site=True).first()
