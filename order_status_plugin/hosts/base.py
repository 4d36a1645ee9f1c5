"""The contract of a host: the shop that we are plugged into."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from ..backend import Receiver, Webhook
from ..exceptions import PermanentFailure, UnreadableMessage

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest

    from ..events import NoteTold, OrderChange, OrderNudge, OrderSnapshot, ParcelNews, Recommendation

#: Called with (host alias, reference, locale): "something about this order changed, read it again after commit".
#: A fourth argument, for a shop that keeps them nowhere, are the answers of its checkout: ConsentSnapshots.
Nudge = Callable[..., None]


class Host(Receiver, ABC):
    """Knows one shop: hears when an order changes, and reads it whole.

    A signal or a webhook of the shop is a hint, never the truth: :meth:`connect` passes on only *which* order
    changed; :meth:`read` then reads its present state, after the shop's transaction is committed.

    A shop that is no Django project tells by webhooks instead, at its alias: :meth:`is_pushed`, :meth:`verify`,
    :meth:`message_key` and :meth:`parse`.
    """

    #: Whether calls of the push API under this alias are put into its inbox, for :meth:`parse` to read.
    takes_calls: ClassVar[bool] = False

    @property
    def sends_confirmation(self) -> bool:
        """Say whether the shop mails its own order confirmation with our link: then ours stays silent."""
        return False

    def connect(self, nudge: Nudge) -> None:
        """Attach to the shop's signals. Called once at start-up; receivers must call ``nudge`` and nothing else."""

    def parse(self, webhook: Webhook) -> Iterable[OrderNudge | OrderSnapshot | OrderChange | ParcelNews | NoteTold]:
        """Yield what a verified body says: orders to be read, or, where we cannot read them, orders; news of parcels, notes.

        Must not change anything. Raises UnreadableMessage, with what is wrong and where.
        """
        raise UnreadableMessage("This host takes no webhooks.")

    def keep(self, told: OrderSnapshot | OrderChange) -> None:
        """Keep what :meth:`parse` yielded where :meth:`read` finds it. Raises UnreadableMessage."""
        raise PermanentFailure("This host reads its orders; it keeps none.")

    @abstractmethod
    def read(self, reference: str) -> OrderSnapshot:
        """Return the order's present state. Raises UnknownOrder, TemporaryFailure."""

    def changed_since(self, moment: dt.datetime | None) -> Iterable[str]:
        """Yield references of orders that may have changed since ``moment`` (aware); all orders for None."""
        return ()

    def normalise_number(self, number: str) -> str:
        """Return the form in which two spellings of an order number are equal."""
        return "".join(unicodedata.normalize("NFKC", number).split()).lstrip("#").casefold()

    def owns(self, request: HttpRequest, customer_reference: str) -> bool:
        """Say whether the visitor is signed in at the shop as this customer. Empty references own nothing.

        Asked only where ``request.user`` is authenticated.
        """
        return False

    def reference_of(self, thing: object) -> str | None:
        """Return the reference of the shop's own order object, None for what is not one: for templates of the shop."""
        return None

    def staff_url(self, reference: str) -> str:
        """Return the path of this order in the shop's own admin, or ""."""
        return ""

    def reorder_url(self, reference: str) -> str:
        """Return where the order's customer can order the same again, as a path or an address, or "" for nowhere.

        Only customers who have identified are shown it, on any device: the page behind it asks for a login itself.
        """
        return ""

    def recommendations(self, reference: str, most: int) -> Sequence[Recommendation]:
        """Return at most ``most`` products to show beside this order, the best first; none for an unknown order.

        They are chosen by the order's products, never by the person: everybody with the link sees them. Keep the number
        of queries the same for every order. Whatever this raises is logged, and the page stands without them.
        """
        return ()
