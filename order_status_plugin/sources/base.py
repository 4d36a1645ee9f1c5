"""The contract of a source: who tells us where parcels are."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..backend import Backend
from ..exceptions import UnreadableMessage

if TYPE_CHECKING:
    from ..events import TrackingUpdate


@dataclass(frozen=True, slots=True)
class Webhook:
    """One inbound request, as it came."""

    body: bytes  # raw: signatures are over these very bytes
    headers: Mapping[str, str]  # names in lower case
    secret: str = ""  # from the address, for sources that cannot sign


class Source(Backend, ABC):
    """Turns a provider's messages into our words. Its own words never leave its file."""

    #: The headers that are kept beside the body in the inbox, in lower case: what :meth:`parse` needs, no secrets.
    kept_headers: ClassVar[tuple[str, ...]] = ()

    def tracks(self, carrier: str) -> bool:
        """Say whether this source follows parcels of the carrier with this slug."""
        carriers = self.options.get("carriers")
        return carrier in carriers if carriers is not None else self.knows(carrier)

    def knows(self, carrier: str) -> bool:
        """Say whether the provider could follow this carrier at all; ``OPTIONS["carriers"]`` narrows it."""
        return False

    def verify(self, webhook: Webhook) -> None:
        """Raise UntrustedWebhook unless a configured secret signed this very body."""
        raise UnreadableMessage("This source takes no webhooks.")

    def message_key(self, webhook: Webhook) -> str:
        """Return the provider's own id of this delivery, "" to go by the digest of the body."""
        return ""

    def parse(self, webhook: Webhook) -> Iterable[TrackingUpdate]:
        """Yield what a verified body says. Raises UnreadableMessage, with what is wrong and where."""
        raise UnreadableMessage("This source takes no webhooks.")
