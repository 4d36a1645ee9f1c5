"""How a process hears of changes that other processes made: one broker a hub, by dotted path in ``LIVE_BROKER``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from django.core.checks import CheckMessage

#: The channel of the content, which every page shows; its version is the epoch (``cms.epoch``).
CONTENT = ""

#: Takes a channel (``access.links.channel_of``) and the version that its page has now.
Publish = Callable[[str, int], None]


class Broker(ABC):
    """The contract. A broker is made without arguments: one when the first stream of an event loop opens, and one to tell."""

    @abstractmethod
    async def subscribe(self, publish: Publish) -> None:
        """Listen, and call ``publish`` on this event loop for each change, until cancelled.

        To publish the same version twice, or an old one, is harmless. When it raises, it is called again after a
        growing pause, on the same object. When it is cancelled, it gives back what it holds: connections, threads.
        """

    def tell(self, news: Mapping[str, int]) -> None:
        """Tell all other processes of changes made here, as version by channel; they are committed.

        It is called on a thread of its own, never twice at once, with all that came while the last call ran. It may
        raise; the news are lost then, and for a moment it is not called. A broker that finds changes by itself leaves
        this out, and there is no thread.
        """
        raise NotImplementedError

    def close(self) -> None:  # noqa: B027 - most hold nothing
        """Give back what ``tell`` holds."""

    def check(self) -> list[CheckMessage]:
        """Return what stands in the way of this broker, for ``manage.py check``."""
        return []
