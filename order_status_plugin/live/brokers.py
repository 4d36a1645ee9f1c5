"""How a process hears of changes that other processes made: one broker a hub, by dotted path in ``LIVE_BROKER``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

#: The channel of the content, which every page shows; its version is the epoch (``cms.epoch``).
CONTENT = ""

#: Takes a channel (``access.links.channel_of``) and the version that its page has now.
Publish = Callable[[str, int], None]


class Broker(ABC):
    """The contract. A broker is made without arguments when the first stream of an event loop opens."""

    @abstractmethod
    async def subscribe(self, publish: Publish) -> None:
        """Listen, and call ``publish`` on this event loop for each change, until cancelled.

        To publish the same version twice, or an old one, is harmless. When it raises, it is called again after a
        growing pause, on the same object. When it is cancelled, it gives back what it holds: connections, threads.
        """
