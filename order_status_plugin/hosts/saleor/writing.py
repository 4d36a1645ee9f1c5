"""Writing an order's link into Saleor: once a link, whoever asks how often."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from ...exceptions import PermanentFailure
from . import queries
from .models import SaleorLink

#: The key in an order's metadata.
KEY = "order_status_url"
PRIVATE, PUBLIC, NOTE = "private", "public", "note"
PLACES = (PRIVATE, PUBLIC, NOTE)

#: Sends one operation with its variables, and returns its data.
Ask = Callable[..., dict[str, Any]]


def write(alias: str, reference: str, url: str, places: tuple[str, ...], ask: Ask) -> bool:
    """Write the link where it is wanted and does not stand yet; say whether there was anything to do.

    Raises what ``ask`` raises; the next call tries again.
    """
    row, _is_new = SaleorLink.objects.get_or_create(alias=alias, reference=reference)
    return any([_keep(row, url, places, ask), _note(row, url, places, ask)])


def _keep(row: SaleorLink, url: str, places: tuple[str, ...], ask: Ask) -> bool:
    wanted = [place for place in (PRIVATE, PUBLIC) if place in places]
    digest = _digest(url, *wanted)
    if not wanted or row.kept == digest:
        return False
    for place in wanted:  # twice the same changes nothing
        text = {PRIVATE: queries.PRIVATE, PUBLIC: queries.PUBLIC}[place]
        _must(ask(text, id=row.reference, input=[{"key": KEY, "value": url}]))
    SaleorLink.objects.filter(pk=row.pk).update(kept=digest)
    return True


def _note(row: SaleorLink, url: str, places: tuple[str, ...], ask: Ask) -> bool:
    digest = _digest(url)
    # A second note would stand beside the first: whoever marks the row writes it.
    rows = SaleorLink.objects.filter(pk=row.pk)
    if NOTE not in places or not rows.exclude(noted=digest).update(noted=digest):
        return False
    try:
        _must(ask(queries.NOTE, id=row.reference, message=f"Order status page: {url}"))
    except Exception:
        rows.filter(noted=digest).update(noted=row.noted)
        raise
    return True


def _must(data: dict[str, Any]) -> None:
    errors = [error for said in data.values() if isinstance(said, dict) for error in said.get("errors") or ()]
    if errors:
        codes = ", ".join(sorted({str(error.get("code")) for error in errors}))
        raise PermanentFailure(f"Saleor does not take the order's link: {codes}.")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
