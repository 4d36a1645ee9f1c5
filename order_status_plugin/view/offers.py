"""What the host offers beside an order: ordering again, and recommendations. Asked only where a block shows it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _

from ..backends import get_host
from ..cms.addresses import is_address
from ..cms.base import Need
from ..events import Recommendation, Tier
from ..exceptions import BackendError
from ..hosts.base import Host
from ..tracking.models import Order
from .model import RecommendationView

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: As many recommendations as any block shows.
MOST = 8
#: How long a page may show what was recommended, and how long it goes without after a failure.
FRESH, SOON = dt.timedelta(hours=1), dt.timedelta(minutes=5)
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Offers:
    """What the host said, fit to be shown."""

    reorder_url: str = ""
    recommendations: tuple[RecommendationView, ...] = ()
    #: The host could not be asked: what is missing may be there in a moment.
    is_short: bool = False

    def next_look(self, now: dt.datetime) -> dt.datetime | None:
        """Return when the host should be asked again though nothing happened to the order; None for never."""
        if self.is_short:
            return now + SOON
        return now + FRESH if self.recommendations else None


NONE = Offers()


def gather(order: Order, tier: Tier, needs: Collection[Need]) -> Offers:
    """Ask the order's host for what the page needs. Its failure costs that, never the page."""
    wants_reorder = Need.REORDER in needs and tier is not Tier.PUBLIC
    if not (wants_reorder or Need.RECOMMENDATIONS in needs):
        return NONE
    try:
        host = get_host(order.host)
    except (KeyError, BackendError):
        return NONE  # pushed to us, or its host was taken out of the settings; wrong ones are told by the checks
    failures: list[str] = []
    url = _asked(host, _reorder, order, failures) if wants_reorder else None
    found = _asked(host, _recommendations, order, failures) if Need.RECOMMENDATIONS in needs else None
    return Offers(url or "", found or (), is_short=bool(failures))


def example(tier: Tier, needs: Collection[Need]) -> Offers:
    """Return what might be offered, for an order that nobody placed."""
    titles = (_("Linen napkins"), _("Olive wood spoons"), _("Salt jar"), _("Serving plate"))
    return Offers(
        "#" if Need.REORDER in needs and tier is not Tier.PUBLIC else "",
        tuple(_shown(Recommendation(title=title, url="/")) for title in titles)
        if Need.RECOMMENDATIONS in needs
        else (),
    )


def _asked(host: Host, ask: Callable[[Host, str], T], order: Order, failures: list[str]) -> T | None:
    try:
        return ask(host, order.reference)
    except Exception:
        # Whatever another shop's code does: the page is about the order.
        logger.warning("host %s could not say what it offers beside order %s", order.host, order.pk, exc_info=True)
        failures.append(ask.__name__)
        return None


def _reorder(host: Host, reference: str) -> str:
    url = host.reorder_url(reference)
    return url if is_address(url) else ""


def _recommendations(host: Host, reference: str) -> tuple[RecommendationView, ...]:
    return _fit(host.recommendations(reference, MOST))


def _fit(given: Iterable[Recommendation]) -> tuple[RecommendationView, ...]:
    fit = [_shown(one) for one in given if one.title and is_address(one.url)]
    return tuple(fit[:MOST])


def _shown(one: Recommendation) -> RecommendationView:
    return RecommendationView(
        title=one.title[:_LONGEST_TITLE],
        url=one.url,
        image_url=one.image_url if is_address(one.image_url) else "",
        initial=next((char.upper() for char in one.title if char.isalnum()), "·"),
        price=one.price_text,
    )
