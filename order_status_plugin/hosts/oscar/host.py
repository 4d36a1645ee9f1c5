"""The host itself."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from oscar.core.loading import get_model

from ...carriers import typed
from ...conf import conf
from ...events import OrderSnapshot, Recommendation
from ..base import Forward, Host, Nudge
from . import announcing, guests, offers, pages, words
from .hearing import Ears
from .reading import Reader, site_of
from .sending import ParseReference
from .words import Words

#: Orders whose keys are fetched at once.
BATCH = 500


class OscarHost(Host):
    """The django-oscar shop of this project.

    An order's reference is its primary key: numbers are the shop's to format. ``OPTIONS``, none of them needed:

    ``order_statuses``, ``line_statuses``, ``shipping_event_types``, ``payment_event_types``
        the shop's words and what they mean; ``words.TABLES`` lists ours and those known without being told.
    ``parse_reference``
        dotted path of a callable that turns the notes of a shipping event into ParcelSnapshots.
    ``image_size``
        e.g. ``"240x240"``: pictures of items by the shop's thumbnailer rather than the originals.
    ``public_options``
        codes of product options whose free text holds nothing personal, such as a size.
    """

    label = "django-oscar"
    #: Oscar keeps no "changed at": a status that was set by ``update()`` or in the database is found by looking.
    compared_at_once = 200

    def __init__(self, alias: str, options: Mapping[str, Any]) -> None:
        """Take the shop's words."""
        super().__init__(alias, options)
        self.words = Words(options)

    # --- the contract -------------------------------------------------------------------------------

    def connect(self, nudge: Nudge) -> None:
        """Attach to Oscar's signals and put the link on its pages."""
        Ears(self.alias, nudge).connect()
        pages.place()
        announcing.take_part(takes_parcels="parse_reference" not in self.options)
        checks.register(functools.partial(self.check_event_types), checks.Tags.database)

    def lead_on(self, forward: Forward) -> None:
        """Have Oscar's guest pages lead to the order's page: a right signature is asked for, as Oscar asks for it."""
        guests.lead_on(forward)

    def read(self, reference: str) -> OrderSnapshot:
        """Return the order's present state. Raises UnknownOrder, TemporaryFailure."""
        return self._reader().read(reference)

    def read_many(self, references: Sequence[str]) -> Iterator[tuple[str, OrderSnapshot | Exception]]:
        """Yield each of these orders with its present state, or with why it cannot be read: the queries of one order."""
        return self._reader().read_many(references)

    def count_since(self, moment: dt.datetime | None) -> int | None:
        """Return how many orders there are in all; of a time nobody can say without finding them."""
        return get_model("order", "Order")._default_manager.count() if moment is None else None

    def changed_since(self, moment: dt.datetime | None) -> Iterator[str]:
        """Yield references of orders that may have changed since ``moment``; all orders for None.

        Oscar keeps no "changed at": an order is as new as its placing, its events, its status and its payments.
        """
        if moment is None:
            yield from map(str, _keys(get_model("order", "Order"), "pk", {}))
            return
        seen: set[Any] = set()
        for app, name, field, clock in (
            ("order", "Order", "pk", "date_placed"),
            ("order", "OrderStatusChange", "order_id", "date_created"),
            ("order", "ShippingEvent", "order_id", "date_created"),
            ("order", "PaymentEvent", "order_id", "date_created"),
            ("payment", "Transaction", "source__order_id", "date_created"),
        ):
            for pk in _keys(get_model(app, name), field, {f"{clock}__gte": moment}):
                if pk not in seen:
                    seen.add(pk)
                    yield str(pk)

    def reference_of(self, obj: object) -> str | None:
        """Return the reference of an order of Oscar's, None for anything else."""
        return str(obj.pk) if isinstance(obj, get_model("order", "Order")) else None

    def owns(self, request: HttpRequest, customer_reference: str) -> bool:
        """Say whether the visitor is signed in as the order's user."""
        user = getattr(request, "user", None)
        return bool(customer_reference and user and user.is_authenticated and str(user.pk) == customer_reference)

    def site_of(self, reference: str) -> int | None:
        """Return the Wagtail Site with the domain of the order's Site in Oscar."""
        try:
            orders = get_model("order", "Order")._default_manager.filter(pk=reference).select_related("site")
        except ValueError:
            return None
        return site_of(orders.first(), {})

    def staff_url(self, reference: str) -> str:
        """Return the path of this order in Oscar's dashboard."""
        orders = get_model("order", "Order")._default_manager
        try:
            number = orders.filter(pk=reference).values_list("number", flat=True).first()
            return reverse("dashboard:order-detail", kwargs={"number": number}) if number else ""
        except (ValueError, NoReverseMatch):
            return ""

    @property
    def sends_confirmation(self) -> bool:
        """Oscar mails a confirmation; it is ours to leave out only while theirs carries our link."""
        return pages.mail_carries_link()

    def reorder_url(self, reference: str) -> str:
        """Return the account's page of an order, which has Oscar's button for it; guests have none."""
        return offers.reorder_url(reference)

    def recommendations(self, reference: str, most: int) -> list[Recommendation]:
        """Return the public products that the shop recommends with those of the order."""
        return offers.recommendations(reference, most, str(self.options.get("image_size", "")))

    # --- checks -------------------------------------------------------------------------------------

    def check(self) -> list[CheckMessage]:
        """Return what is wrong with the options, and which of the shop's words have no meaning yet."""
        where = f"ORDER_STATUS['HOSTS'][{self.alias!r}]"
        found: list[CheckMessage] = [
            checks.Error(f"{where}: {mistake}", id="order_status.E201") for mistake in words.mistakes(self.options)
        ]
        try:
            self._parse()
        except ImportError as error:
            found.append(checks.Error(f"{where}: 'parse_reference': {error}", id="order_status.E202"))
        if missing := [name for name in ("order", "payment", "communication") if not apps.is_installed(_app(name))]:
            names = ", ".join(missing)
            return [*found, checks.Error(f"{where}: Oscar's apps are not installed: {names}.", id="order_status.E203")]
        backend = conf.HOSTS.get(self.alias, {}).get("BACKEND")
        twins = [alias for alias, entry in conf.HOSTS.items() if backend and entry.get("BACKEND") == backend]
        if len(twins) > 1 and twins[0] == self.alias:
            message = f"{' and '.join(twins)} are the same django-oscar: every order would be there twice."
            found.append(checks.Error(message, hint="Keep one of them.", id="order_status.E204"))
        found += self._check_statuses()
        return found + self._check_pages()

    def _check_statuses(self) -> list[CheckMessage]:
        """Warn of statuses that Oscar's settings name and no table holds."""
        named = {
            "order_statuses": ("OSCAR_ORDER_STATUS_PIPELINE", "OSCAR_INITIAL_ORDER_STATUS"),
            "line_statuses": ("OSCAR_LINE_STATUS_PIPELINE", "OSCAR_INITIAL_LINE_STATUS"),
        }
        found: list[CheckMessage] = []
        for table, (pipeline, initial) in named.items():
            steps = getattr(settings, pipeline, {})
            statuses = [getattr(settings, initial, ""), *steps, *(after for next_ in steps.values() for after in next_)]
            if unknown := self.words.unknown(table, statuses):
                found.append(self._unmapped(table, unknown, "order_status.W201"))
        return found

    def _unmapped(self, table: str, unknown: list[str], code: str) -> CheckMessage:
        return checks.Warning(
            f"Nobody said what {', '.join(map(repr, unknown))} mean; customers read them as they are.",
            hint=f"Map them in ORDER_STATUS['HOSTS'][{self.alias!r}]['OPTIONS'][{table!r}]"
            f" to {', '.join(sorted(words.TABLES[table][0]))}.",
            id=code,
        )

    def _check_pages(self) -> list[CheckMessage]:
        """Warn of pages and mails that do not carry the link."""
        hint = "Add {% load order_status %} and {% order_status_url order %} to it."
        found: list[CheckMessage] = [
            checks.Warning(f"{template} of {view} does not link to the status page.", hint=hint, id="order_status.W202")
            for view, template in pages.without_link()
        ]
        if not pages.mail_files_carry_link():
            found.append(
                checks.Warning(
                    "Oscar's order confirmation does not carry the link, so a mail of ours confirms each order again.",
                    hint="List order_status_plugin before oscar in INSTALLED_APPS, or add {% order_status_url order %}"
                    " to your own commtype_order_placed_body templates.",
                    id="order_status.W203",
                )
            )
        return found

    def check_event_types(self, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
        """Warn of what stands in the database: with ``check --database``, ``migrate`` and the doctor.

        Event types that no table holds, and a confirmation that was saved in the dashboard without our link.
        """
        found: list[CheckMessage] = self._check_saved_mail(databases or ())
        for table, model in (
            ("shipping_event_types", "ShippingEventType"),
            ("payment_event_types", "PaymentEventType"),
        ):
            kinds = get_model("order", model)._default_manager
            if kinds.db not in (databases or ()) or not _has_table(kinds):
                continue
            unknown = [
                name
                for name, code in kinds.values_list("name", "code")
                if self.words.meaning(table, name, code) is None
            ]
            if unknown:
                found.append(self._unmapped(table, unknown, "order_status.W204"))
        return found

    def _check_saved_mail(self, databases: Any) -> list[CheckMessage]:
        kinds = get_model("communication", "CommunicationEventType")._default_manager
        if kinds.db not in databases or not _has_table(kinds) or not pages.mail_files_carry_link():
            return []
        if pages.mail_carries_link():
            return []
        return [
            checks.Warning(
                "The order confirmation that was saved in Oscar's dashboard does not carry the link, so a mail of ours"
                " confirms each order again.",
                hint="Add {% load order_status %} and {% order_status_url order %} to the text and the HTML of"
                " ORDER_PLACED, or empty both, so that the files are sent.",
                id="order_status.W205",
            )
        ]

    # --- parts --------------------------------------------------------------------------------------

    def _parse(self) -> ParseReference:
        path = self.options.get("parse_reference")
        return cast("ParseReference", import_string(path)) if path else typed.parse

    def _reader(self) -> Reader:
        return Reader(
            words=self.words,
            parse=self._parse(),
            image_size=str(self.options.get("image_size", "")),
            public_options=tuple(self.options.get("public_options", ())),
        )


def _app(label: str) -> str:
    return apps.get_app_config(label).name if label in apps.app_configs else label


def _keys(model: Any, field: str, condition: dict[str, Any]) -> Iterable[Any]:
    """Yield distinct keys in ascending order, in batches: no cursor stays open while orders are recorded."""
    last: Any = None
    while True:
        rows = model._default_manager.filter(**condition)
        if last is not None:
            rows = rows.filter(**{f"{field}__gt": last})
        batch = list(rows.order_by(field).values_list(field, flat=True).distinct()[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1]


def _has_table(manager: Any) -> bool:
    from django.db import connections

    connection = connections[manager.db]
    with connection.cursor() as cursor:
        return manager.model._meta.db_table in connection.introspection.table_names(cursor)
