"""The shop's own carriers, kept in this process so that no page has to ask the database for them.

Nobody is asked while a carrier is looked up: :func:`refresh` is called at the doors, where an order, a message or a
page is taken in hand. With the content's epoch it reads the rows anew exactly when something was published; without
one, when what it has is a minute old.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from .carrier import Carrier
from .spelling import by_spelling

if TYPE_CHECKING:
    from .models import MerchantCarrier

#: Seconds after which a process hears of what another one saved.
TTL = 60.0


@dataclass(frozen=True, slots=True)
class Known:
    """What was read at one moment. Replaced as a whole: threads see the old or the new."""

    carriers: tuple[Carrier, ...] = ()
    by_slug: dict[str, Carrier] = field(default_factory=dict)
    by_spelling: dict[str, Carrier] = field(default_factory=dict)
    epoch: int | None = None
    until: float = float("-inf")


NOTHING = Known()

_known = NOTHING


def carriers() -> tuple[Carrier, ...]:
    """Return the shop's own carriers, as this process knows them."""
    return _known.carriers


def get(slug: str) -> Carrier | None:
    """Return the own carrier of this slug, None when there is none."""
    return _known.by_slug.get(slug)


def find(folded: str) -> Carrier | None:
    """Return the own carrier with this folded spelling, None when there is none."""
    return _known.by_spelling.get(folded)


def refresh(epoch: int | None = None) -> None:
    """Read the rows if they may have changed: when the epoch is another, or without one when the time is over."""
    global _known
    known, now = _known, time.monotonic()
    is_current = now < known.until and epoch in (None, known.epoch)
    if not is_current:
        found = _read()
        _known = Known(
            carriers=found,
            by_slug={carrier.slug: carrier for carrier in found},
            by_spelling=by_spelling(found),
            epoch=known.epoch if epoch is None else epoch,
            until=now + TTL,
        )


def forget(**kwargs: Any) -> None:
    """Read the rows at the next door, whatever the time: now for this transaction, and again when it is committed."""
    _expire()
    transaction.on_commit(_expire, robust=True)


def _expire() -> None:
    global _known
    _known = replace(_known, epoch=None, until=float("-inf"))


def follow() -> None:
    """Forget with each row that this process saves or deletes."""
    from .models import MerchantCarrier

    for name, signal in (("save", post_save), ("delete", post_delete)):
        signal.connect(forget, sender=MerchantCarrier, dispatch_uid=f"order_status.own_carriers.{name}")


def _read() -> tuple[Carrier, ...]:
    from .models import MerchantCarrier

    return tuple(as_carrier(row) for row in MerchantCarrier.objects.order_by("name", "pk"))


def as_carrier(row: MerchantCarrier) -> Carrier:
    """Return a row as the catalogue has it. What is wrong in it (the admin refuses that) is left out."""
    wrong = row.problems()
    return Carrier(
        slug=row.slug,
        name=row.name,
        aliases=tuple(line.strip() for line in row.aliases.splitlines() if line.strip()),
        home=row.home if "home" not in wrong else "",
        links=(row.template,) if row.template and "template" not in wrong else (),
    )
