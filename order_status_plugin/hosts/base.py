"""The contract of a host: the shop that we are plugged into."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from ..backend import Receiver, Webhook
from ..exceptions import PermanentFailure, UnreadableMessage

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest, HttpResponse

    from ..events import HostLeft, NoteTold, OrderChange, OrderNudge, OrderSnapshot, ParcelNews, Recommendation

#: Called with (host alias, reference, locale): "something about this order changed, read it again after commit".
#: A fourth argument, for a shop that keeps them nowhere, are the answers of its checkout: ConsentSnapshots.
Nudge = Callable[..., None]

#: Called with a reference: the answer for who comes by an address that the shop gave out for this order before us.
Forward = Callable[[str], "HttpResponse"]


class Storefront(Protocol):
    """What a headless storefront is handed for an order: JSON with its link, and with the form of a claim."""

    def __call__(self, request: HttpRequest, host_alias: str, reference: str, *, may_claim: bool) -> dict[str, Any]:
        """Return it. ``may_claim`` only where the request comes from the very browser that placed the order."""
        ...


class Host(Receiver, ABC):
    """Knows one shop: hears when an order changes, and reads it whole.

    A signal or a webhook of the shop is a hint, never the truth: :meth:`connect` passes on only *which* order
    changed; :meth:`read` then reads its present state, after the shop's transaction is committed.

    A shop that is no Django project tells by webhooks instead, at its alias: :meth:`is_pushed`, :meth:`verify`,
    :meth:`message_key` and :meth:`parse`.
    """

    #: Open orders that each sweep reads anew, a few minutes apart, to find what the shop's signals never tell: 0 where
    #: everything is told, or where reading is dear.
    compared_at_once: ClassVar[int] = 0
    #: Whether calls of the push API under this alias are put into its inbox, for :meth:`parse` to read.
    takes_calls: ClassVar[bool] = False

    @property
    def sends_confirmation(self) -> bool:
        """Say whether the shop mails its own order confirmation with our link: then ours by mail stays silent."""
        return False

    def connect(self, nudge: Nudge) -> None:
        """Attach to the shop's signals. Called once at start-up; receivers must call ``nudge`` and nothing else."""

    def lead_on(self, forward: Forward) -> None:
        """Have the shop's own addresses of orders, where guests had them, answer with ``forward(reference)``.

        Called once at start-up. The host checks that the address was given out by the shop; nothing is granted by it.
        """

    def parse(
        self, webhook: Webhook
    ) -> Iterable[OrderNudge | OrderSnapshot | OrderChange | ParcelNews | NoteTold | HostLeft]:
        """Yield what a verified body says: orders to be read, or, where we cannot read them, orders; news of parcels, notes.

        Must not change anything. Raises UnreadableMessage, with what is wrong and where.
        """
        raise UnreadableMessage("This host takes no webhooks.")

    def left(self, key: str) -> None:
        """Forget what we know of our place in the shop: it took us out. ``key`` is what :meth:`parse` said."""

    def keep(self, told: OrderSnapshot | OrderChange) -> None:
        """Keep what :meth:`parse` yielded where :meth:`read` finds it. Raises UnreadableMessage."""
        raise PermanentFailure("This host reads its orders; it keeps none.")

    @abstractmethod
    def read(self, reference: str) -> OrderSnapshot:
        """Return the order's present state. Raises UnknownOrder, NotOurs where OPTIONS leave it out, TemporaryFailure."""

    def read_many(self, references: Sequence[str]) -> Iterator[tuple[str, OrderSnapshot | Exception]]:
        """Yield each of these orders with its present state, or with what :meth:`read` would raise for it.

        For a shop that can read a hundred orders by the queries of one; without that it is ``read``, one by one.
        """
        for reference in references:
            try:
                said: OrderSnapshot | Exception = self.read(reference)
            except Exception as error:  # noqa: BLE001 - one order that cannot be read stops no other
                said = error
            yield reference, said

    def changed_since(self, moment: dt.datetime | None) -> Iterable[str]:
        """Yield references of orders that may have changed since ``moment`` (aware); all orders for None."""
        return ()

    def count_since(self, moment: dt.datetime | None) -> int | None:
        """Return how many :meth:`changed_since` will yield, about; None where nobody can say without counting them."""
        return None

    def serve_storefront(self, storefront: Storefront) -> None:
        """Put what ``storefront`` returns into the shop's own API, if it has one. Called once at start-up."""

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

    def site_of(self, reference: str) -> int | None:
        """Return the key of the Wagtail Site of an order, None for the default one.

        Asked where a link is printed before the order was read: in the mail of the very transaction that places it.
        """
        return self.own_site

    @property
    def own_site(self) -> int | None:
        """Return the key of the Wagtail Site that ``OPTIONS["site"]`` gives all orders of this shop, None without it."""
        given = self.options.get("site")
        return given if isinstance(given, int) else None

    def staff_url(self, reference: str) -> str:
        """Return the path of this order in the shop's own admin, or ""."""
        return ""

    def capture_url(self, reference: str) -> str:
        """Return the path where staff capture an authorised payment of this order, or "" where :meth:`staff_url` does."""
        return ""

    @property
    def keeps_links(self) -> bool:
        """Say whether the shop wants its orders' links written into it."""
        return False

    def keep_link(self, reference: str, url: str) -> bool:
        """Write an order's absolute link into the shop unless it stands there; say whether there was anything to do.

        It is asked again and again. Raises TemporaryFailure, PermanentFailure.
        """
        return False

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAddresses:
    """Where an app of a shop is reached, as absolute addresses."""

    page: str  # what its dashboard opens for the app itself
    register: str  # takes the token
    hook: str  # takes webhooks
    open: str  # leads staff to an order's page, by POST
    widget: str  # shows staff an order in short, by POST
    popup: str  # a page for a dashboard that cannot send a form: it asks for the token itself


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAsk:
    """A member of the shop's staff wants to see an order."""

    reference: str
    who: str  # as the shop knows them


class AppHost(Host):
    """A shop in which we are an app: it installs us, and its staff reach us from its own dashboard."""

    @abstractmethod
    def manifest(self, addresses: AppAddresses, headers: Mapping[str, str]) -> dict[str, Any]:
        """Return what the shop reads before it installs us. ``headers`` are the request's, names in lower case."""

    @abstractmethod
    def install(self, said: Webhook) -> None:
        """Take the token of a new installation.

        Raises UntrustedWebhook (whoever it is may not), UnreadableMessage, TemporaryFailure.
        """

    @abstractmethod
    def staff_asks(self, form: Mapping[str, str]) -> StaffAsk:
        """Return what a form of the dashboard's asks for, once its token was checked.

        Raises UntrustedWebhook, UnreadableMessage, TemporaryFailure.
        """

    @property
    @abstractmethod
    def dashboard_origin(self) -> str:
        """Return scheme, host and port of the shop's dashboard: it may frame what we show to staff. "" for none."""
