"""What hosts, sources and channels have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from django.core.checks import CheckMessage


class Backend:
    """One entry of ``ORDER_STATUS``: a host, a source or a channel.

    ``alias`` is the key in ``ORDER_STATUS`` and, for webhooks, the address. ``options`` is the dict under
    ``OPTIONS``; a subclass reads what it needs in ``__init__`` and keeps nothing between requests.
    """

    #: A name for people, e.g. in the admin.
    label: ClassVar[str] = ""

    def __init__(self, alias: str, options: Mapping[str, Any]) -> None:
        """Keep alias and options. Raise nothing here: say what is wrong in :meth:`check`."""
        self.alias = alias
        self.options = options

    def check(self) -> list[CheckMessage]:
        """Return what ``manage.py check`` should say about these options. No network here."""
        return []
