"""The private page as it may be kept: rendered once for a version of an order, with marks for all that is personal.

What the marks stand for is read for each request, by one query that also says whether this browser may see it. Nothing
personal is ever kept; a page that does not come out of its marks as it went in is not kept either.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone, translation

from ..access import grants
from ..access.links import Link
from ..carriers import catalogue
from ..events import Tier
from ..tracking.models import Order
from ..view.build import Told, compose, hide
from ..view.marks import NoSuchValue, Values, fill
from ..view.model import OrderView
from . import kept, private_rows
from .render import language_of, unfilled

logger = logging.getLogger(__name__)

#: Pages that cannot be kept, by order, version and language: another look at one does not render it twice again.
_not_to_keep: deque[tuple[int, int, str]] = deque(maxlen=1000)


@dataclass(frozen=True, slots=True)
class Found:
    """A page with marks for all that is personal, the values that they stand for, and the devices that see them."""

    html: str
    values: Values
    devices: Sequence[grants.Known]


def find(link: Link, language: str, token_hash: str) -> Found | None:
    """Return the private page for the browser with this token: one query.

    None where it may not see it, and where none is kept: both are found out by the longer way.
    """
    now = timezone.now()
    rows = private_rows.read(token_hash, kept.variant(language, Tier.PRIVATE), link.locator, link.version, now)
    kept.count(is_hit=rows is not None)
    if rows is None or not grants.use(rows.grant, now):
        return None
    catalogue.refresh(rows.epoch)
    return Found(rows.html, rows.values, grants.listed(rows.devices, token_hash, now))


def keep(
    order: Order,
    told: Told,
    html: str,
    render: Callable[[OrderView], str],
    valid_until: dt.datetime,
    language: str,
    epoch: int,
) -> None:
    """Keep a private page as it stands in ``html``, but for all that is personal.

    ``render`` makes HTML of a view, as it made ``html``; ``language`` is the one asked for.
    """
    page = (order.pk, order.version, language)
    hidden = None if page in _not_to_keep else hide(told)
    if hidden is None:
        return
    bare, values = hidden
    try:
        with translation.override(language_of(html)):
            skeleton = render(compose(bare))
            if fill(skeleton, values, unfilled()) != html:
                raise NoSuchValue("a template or a view makes something else of a mark than of its value")
    except Exception:
        # Whatever a shop's own template does with a mark: the page stands, and is rendered in full each time.
        logger.info("the private page of order %s cannot be kept", order.pk, exc_info=True)
        _not_to_keep.append(page)
        return
    kept.keep(order, skeleton, valid_until, language, epoch, Tier.PRIVATE)
