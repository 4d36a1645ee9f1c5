"""The host itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage
from django.http import HttpRequest
from django.utils.module_loading import import_string
from salesman.core.utils import get_salesman_model

from ...carriers import typed
from ...conf import conf
from ...events import OrderSnapshot
from ..base import Host, Nudge, Storefront
from . import extra, pages, storefront, words
from .extra import ParseTracking
from .hearing import Ears
from .products import Shelf
from .reading import ParseAddress, Reader, as_written
from .words import Words

#: Orders whose keys are fetched at once.
BATCH = 500
#: Options that are dotted paths of functions.
FUNCTIONS = ("parse_tracking", "parse_address")
_TEXTS = ("currency", "image", "rendition")
_LISTS = ("digital", "public_extra", "shipping_rows", "tax_rows")
OPTIONS = frozenset({"statuses", "extra", "reads_notes", *FUNCTIONS, *_TEXTS, *_LISTS})


class SalesmanHost(Host):
    """The Salesman shop of this project, whichever of its models are swapped.

    An order's reference is its primary key: numbers (``ref``) are the shop's to format. ``OPTIONS``, none of them
    needed; docs/hosts/salesman.md explains each:

    ``statuses``, ``extra``
        the shop's words and keys, and what they are with us.
    ``currency``
        ISO 4217: Salesman knows amounts alone.
    ``digital``, ``public_extra``, ``shipping_rows``, ``tax_rows``
        product models that are not sent; keys of an item's extra that anybody may read; basket modifiers.
    ``image``, ``rendition``
        where a product keeps its picture, and the filter for Wagtail's images.
    ``parse_tracking``, ``parse_address``, ``reads_notes``
        how free text is read, and whether public notes tell of parcels.
    """

    label = "Salesman"
    #: ``QuerySet.update()`` tells nobody and moves no date: it is found by looking.
    compared_at_once = 200

    def __init__(self, alias: str, options: Mapping[str, Any]) -> None:
        """Take the shop's words."""
        super().__init__(alias, options)
        self.words = Words(options.get("statuses"))

    # --- the contract -------------------------------------------------------------------------------

    def connect(self, nudge: Nudge) -> None:
        """Attach to Salesman's signals and put the link into its admins."""
        Ears(self.alias, nudge, self.words).connect()
        pages.place()

    def serve_storefront(self, storefront_: Storefront) -> None:
        """Add the link to the answers of Salesman's API."""
        storefront.place(self.alias, storefront_, self._names())

    def read(self, reference: str) -> OrderSnapshot:
        """Return the order's present state. Raises UnknownOrder, TemporaryFailure."""
        return self._reader().read(reference)

    def read_many(self, references: Sequence[str]) -> Iterator[tuple[str, OrderSnapshot | Exception]]:
        """Yield each of these orders with its present state, or with why it cannot be read: the queries of one order."""
        return self._reader().read_many(references)

    def changed_since(self, moment: dt.datetime | None) -> Iterator[str]:
        """Yield references of orders that may have changed since ``moment``; all orders for None.

        An order is as new as its last saving, its payments and its notes; ``QuerySet.update()`` moves none of these
        dates, and is found by comparing.
        """
        seen: set[Any] = set()
        for name, field, clock in (
            ("Order", "pk", "date_updated"),
            ("OrderPayment", "order_id", "date_created"),
            ("OrderNote", "order_id", "date_created"),
        ):
            status = "status" if name == "Order" else "order__status"
            rows = get_salesman_model(name)._default_manager.exclude(**{f"{status}__in": self._unplaced()})
            for pk in _keys(rows if moment is None else rows.filter(**{f"{clock}__gte": moment}), field):
                if pk not in seen:
                    seen.add(pk)
                    yield str(pk)
            if moment is None:
                return

    def count_since(self, moment: dt.datetime | None) -> int | None:
        """Return how many orders there are in all; of a time nobody can say without finding them."""
        placed = get_salesman_model("Order")._default_manager.exclude(status__in=self._unplaced())
        return placed.count() if moment is None else None

    def reference_of(self, thing: object) -> str | None:
        """Return the reference of an order of Salesman's, None for anything else."""
        return str(thing.pk) if isinstance(thing, get_salesman_model("Order")) and thing.pk else None

    def owns(self, request: HttpRequest, customer_reference: str) -> bool:
        """Say whether the visitor is signed in as the order's user."""
        user = getattr(request, "user", None)
        return bool(customer_reference and user and user.is_authenticated and str(user.pk) == customer_reference)

    def staff_url(self, reference: str) -> str:
        """Return the path of this order in Django's admin, else in Wagtail's."""
        try:
            known = get_salesman_model("Order")._default_manager.filter(pk=reference).exists()
        except (ValueError, OverflowError):
            return ""
        return pages.admin_url(reference) if known else ""

    # --- checks -------------------------------------------------------------------------------------

    def check(self) -> list[CheckMessage]:
        """Return what is wrong with the options, and which of the shop's words have no meaning yet."""
        where = f"ORDER_STATUS['HOSTS'][{self.alias!r}]"
        found: list[CheckMessage] = [
            checks.Error(f"{where}: {mistake}", id="order_status.E211") for mistake in self._mistakes()
        ]
        missing = [app for app in ("salesman.core", "salesman.basket", "salesman.orders") if not apps.is_installed(app)]
        if missing:
            message = f"{where}: Salesman's apps are not installed: {', '.join(missing)}."
            return [*found, checks.Error(message, id="order_status.E212")]
        if pages.lacks_modeladmin():
            message = f"{where}: salesman.admin beside wagtail.admin needs wagtail_modeladmin in INSTALLED_APPS."
            hint = 'pip install "order-status-plugin[salesman]" brings it.'
            found.append(checks.Error(message, hint=hint, id="order_status.E214"))
        backend = conf.HOSTS.get(self.alias, {}).get("BACKEND")
        twins = [alias for alias, entry in conf.HOSTS.items() if backend and entry.get("BACKEND") == backend]
        if len(twins) > 1 and twins[0] == self.alias:
            message = f"{' and '.join(twins)} are the same Salesman: every order would be there twice."
            found.append(checks.Error(message, hint="Keep one of them.", id="order_status.E213"))
        if unknown := self.words.unknown(self._statuses()):
            found.append(
                checks.Warning(
                    f"Nobody said what {', '.join(map(repr, unknown))} mean; customers read them as they are.",
                    hint=f"Map them in {where}['OPTIONS']['statuses'] to {', '.join(sorted(words.MEANINGS))}.",
                    id="order_status.W211",
                )
            )
        found += [
            checks.Warning(
                f"{admin} does not link to the status page.",
                hint="Add {% load order_status %} and {% order_status_url original %} to its template.",
                id="order_status.W212",
            )
            for admin in pages.without_link()
        ]
        return found

    def _mistakes(self) -> Iterator[str]:
        if unknown := sorted(set(self.options) - OPTIONS):
            yield f"there is no option {', '.join(map(repr, unknown))}."
        for name, known in (("statuses", None), ("extra", extra.KEYS)):
            given = self.options.get(name, {})
            if not isinstance(given, Mapping):
                yield f"{name!r} must be a dict."
            elif known and (wrong := sorted(set(given) - set(known))):
                yield f"{name!r} names {', '.join(map(repr, wrong))}; choose from {', '.join(known)}."
        statuses = self.options.get("statuses", {})
        meanings = statuses.values() if isinstance(statuses, Mapping) else ()
        if wrong := sorted({str(meaning) for meaning in meanings if meaning not in words.MEANINGS}):
            yield f"'statuses' maps to {', '.join(map(repr, wrong))}; choose from {', '.join(sorted(words.MEANINGS))}."
        for name in _LISTS:
            if isinstance(given := self.options.get(name, ()), str) or not isinstance(given, Iterable):
                yield f"{name!r} must be a list."
        functions = [name for name in FUNCTIONS if self.options.get(name)]
        functions += ["image"] if "." in str(self.options.get("image", "")) else []
        for name in functions:
            try:
                import_string(self.options[name])
            except ImportError as error:
                yield f"{name!r}: {error}"

    # --- parts --------------------------------------------------------------------------------------

    def _statuses(self) -> list[str]:
        return [str(value) for value in get_salesman_model("Order").Status.values]

    def _unplaced(self) -> list[str]:
        return self.words.unplaced(self._statuses())

    def _names(self) -> Mapping[str, str]:
        return cast("Mapping[str, str]", self.options.get("extra", {}))

    def _function(self, name: str, default: Any) -> Any:
        path = self.options.get(name)
        return import_string(path) if path else default

    def _reader(self) -> Reader:
        options = self.options
        return Reader(
            words=self.words,
            site=self.own_site,
            parse_tracking=cast("ParseTracking", self._function("parse_tracking", typed.parse)),
            parse_address=cast("ParseAddress", self._function("parse_address", as_written)),
            shelf=Shelf(image=str(options.get("image", "image")), rendition=str(options.get("rendition", ""))),
            names=self._names(),
            currency=str(options.get("currency", "")),
            digital=tuple(options.get("digital", ())),
            public_extra=tuple(options.get("public_extra", ())),
            shipping_rows=tuple(options.get("shipping_rows", ("shipping",))),
            tax_rows=tuple(options.get("tax_rows", ("tax", "vat"))),
            reads_notes=bool(options.get("reads_notes", True)),
        )


def _keys(rows: Any, field: str) -> Iterator[Any]:
    """Yield distinct keys in ascending order, in batches: no cursor stays open while orders are recorded."""
    last: Any = None
    while True:
        more = rows if last is None else rows.filter(**{f"{field}__gt": last})
        batch = list(more.order_by(field).values_list(field, flat=True).distinct()[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1]
