"""A shop that tells us its orders whole, and that we do not ask: what it told last is kept, and read like any other shop.

The push API stands on it, and so does every shop whose webhooks carry the whole order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from ...events import OrderChange, OrderSnapshot
from ..base import Host
from . import shelf


class PushedHost(Host):
    """Keeps under its alias what a subclass parses, and reads it there."""

    @property
    def sends_confirmation(self) -> bool:
        """Say whether the options say so: nothing puts our link into the mail of a shop that runs elsewhere."""
        return self.options.get("sends_confirmation") is True

    def keep(self, told: OrderSnapshot | OrderChange) -> None:
        """Put it on the shelf. An older state than the one that is there changes nothing."""
        if isinstance(told, OrderSnapshot):
            shelf.put(self.alias, told)
        else:
            shelf.change(self.alias, told.reference, told.apply)

    def at_home(self, snapshot: OrderSnapshot) -> OrderSnapshot:
        """Return it with the site of the options, where they name one."""
        return snapshot if self.own_site is None else replace(snapshot, site_id=self.own_site)

    def read(self, reference: str) -> OrderSnapshot:
        """Return the state that was told last. Raises UnknownOrder."""
        return shelf.get(self.alias, reference)

    def changed_since(self, moment: dt.datetime | None) -> Iterable[str]:
        """Yield the references of what was told since."""
        return shelf.changed_since(self.alias, moment)
