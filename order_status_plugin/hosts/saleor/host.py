"""The host itself: installs, hears, reads, writes back, and answers to the dashboard."""

from __future__ import annotations

import datetime as dt
import functools
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote, urlsplit

from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from ... import reading
from ...backend import Webhook
from ...events import HostLeft, OrderNudge, OrderSnapshot
from ...exceptions import AccessDenied, OrderStatusError, TemporaryFailure, UnknownOrder, UnreadableMessage
from ...exceptions import UntrustedWebhook as Untrusted
from ..base import AppAddresses, AppHost, Nudge, StaffAsk
from . import client, installs, queries, signature, webhooks, writing
from .installs import Install, NotInstalled
from .manifest import APP_ID, PERMISSION, manifest
from .models import SaleorInstall
from .reading import Reader, since

#: With keys younger than this, one that is missing is nobody's: anybody can name one, and must not make us ask.
_ASK_KEYS = dt.timedelta(seconds=10)
_Found = TypeVar("_Found")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class SaleorHost(AppHost):
    """One Saleor, in which we are an app. An order's reference is its global id.

    ``OPTIONS``, of which the first is needed:

    ``saleor_urls``
        addresses of its GraphQL API, as its webhooks spell them, e.g. ``["https://shop.saleor.cloud/graphql/"]``.
        No other Saleor can install us. Several are spellings of one shop, such as before and after a move.
    ``dashboard_url``
        where its dashboard is; by default ``/dashboard/`` beside the API.
    ``link_in``
        where an order's link is written: some of ``"private"`` (metadata; the default), ``"public"``, ``"note"``.
    ``channels``, ``sites``
        slugs of the channels whose orders are taken (none: all); channel's slug to the pk of its Wagtail site.
    ``carrier_key``, ``tracking_url_key``
        keys of a fulfillment's metadata that name the carrier and its page.
    ``product_url``
        a product's page at the storefront, with ``{slug}`` and ``{channel}``.
    """

    label = "Saleor"
    kept_headers: ClassVar[tuple[str, ...]] = ("saleor-event",)

    def connect(self, nudge: Nudge) -> None:
        """Have it checked with the database whether we are installed."""
        checks.register(functools.partial(self.check_install), checks.Tags.database)

    # --- webhooks -----------------------------------------------------------------------------------

    def is_pushed(self) -> bool:
        """Saleor tells; the door refuses whom it does not know."""
        return True

    def verify(self, webhook: Webhook) -> None:
        """Check in the order of Saleor's own SDK. Raises UntrustedWebhook; TemporaryFailure for trouble of ours."""
        api_url = self._from(webhook)
        event = webhook.headers.get("saleor-event", "")
        if not event:
            raise Untrusted("There is no Saleor-Event header.")
        if webhooks.for_event(event) is None or event != event.lower():
            raise Untrusted("This is an event that we did not ask for.")
        given = webhook.headers.get("saleor-signature", "")
        if not given:
            raise Untrusted("There is no Saleor-Signature header.")
        try:
            body = reading.load(webhook.body)
        except UnreadableMessage as error:
            raise Untrusted(str(error)) from None
        try:
            install = installs.get(self.alias)
        except NotInstalled:
            raise Untrusted("The app is not installed here.") from None
        if install.api_url != api_url:
            raise Untrusted("The app is installed in another Saleor.")
        self._with_keys(install, lambda keys: signature.verify(webhook.body, given, keys))
        # The header is not signed, the body is.
        if not isinstance(body, dict) or webhooks.event_of(body) != event:
            raise Untrusted("The body is of another event than the header.")

    def parse(self, webhook: Webhook) -> Iterable[OrderNudge | HostLeft]:
        """Yield the order that a verified body names, or that we were taken out of Saleor."""
        body = reading.load(webhook.body)
        found = webhooks.for_event(webhooks.event_of(body)) if isinstance(body, dict) else None
        if found is None:
            raise UnreadableMessage("This is no event that we asked for.")
        try:
            app_id = installs.get(self.alias).app_id
        except NotInstalled:
            return ()
        return found.handler(body, app_id)

    def about(self, webhook: Webhook) -> str:
        """Return the order's id, as the event names it."""
        body = reading.load(webhook.body)
        return webhooks.order_of(body) if isinstance(body, dict) else ""

    def left(self, key: str) -> None:
        """Drop the token of an app that is gone from Saleor; one that was installed since stays."""
        installs.drop(self.alias, key)

    def _from(self, webhook: Webhook) -> str:
        """Return which API calls. Raises UntrustedWebhook for one that OPTIONS does not name."""
        given = webhook.headers.get("saleor-api-url", "")
        if not given:
            raise Untrusted("There is no Saleor-Api-Url header.")
        if client.canonical(given) not in self._urls():
            raise Untrusted("This Saleor is not one of 'saleor_urls' in OPTIONS.")
        return client.canonical(given)

    def _with_keys(self, install: Install, check: Callable[[Mapping[str, Any]], _Found]) -> _Found:
        """Return what ``check`` says of the keys that we have, or of those that Saleor has now where one is missing."""
        try:
            return check(install.keys)
        except signature.UnknownKey:
            if timezone.now() - install.keys_asked_at < _ASK_KEYS:
                raise
        try:
            keys = client.keys(install.api_url)
        except OrderStatusError as error:
            raise TemporaryFailure(f"Saleor's keys could not be fetched: {error}") from error
        installs.put_keys(install, keys)
        return check(keys)

    # --- being an app -------------------------------------------------------------------------------

    def manifest(self, addresses: AppAddresses, headers: Mapping[str, str]) -> dict[str, Any]:
        """Return the manifest for the version that asks."""
        return manifest(addresses, headers.get("saleor-schema-version", ""))

    def install(self, said: Webhook) -> None:
        """Take the token that Saleor hands over, after asking that Saleor whose it is.

        Nothing here is signed: whoever is not in OPTIONS is not asked, and a token that is not our app's is refused.
        """
        api_url = self._from(said)
        body = reading.load(said.body)
        token = reading.text(body.get("auth_token"), 500) if isinstance(body, dict) else ""
        if not (token and token.isascii() and token.isprintable()):  # it becomes a header
            raise UnreadableMessage("There is no auth_token.")
        try:
            present = installs.get(self.alias)
        except NotInstalled:
            present = None
        if present is not None and present.api_url != api_url:
            raise Untrusted("Another Saleor has this app under this alias: uninstall it there first.")
        try:
            app = client.query(api_url, token, queries.APP)["app"] or {}
        except AccessDenied:
            raise Untrusted("Saleor does not know this token.") from None
        if app.get("identifier") != APP_ID:
            raise Untrusted("The token is another app's.")
        if PERMISSION not in {each.get("code") for each in app.get("permissions") or ()}:
            raise Untrusted(f"The app needs the permission {PERMISSION}.")
        installs.put(self.alias, api_url=api_url, app_id=app["id"], token=token, keys=client.keys(api_url))

    def staff_asks(self, form: Mapping[str, str]) -> StaffAsk:
        """Return which order a member of staff wants to see, by the token that the dashboard puts into its form."""
        try:
            install = installs.get(self.alias)
        except NotInstalled:
            raise Untrusted("The app is not installed here.") from None
        if client.canonical(form.get("saleorApiUrl", "")) != install.api_url:
            raise Untrusted("This is the dashboard of another Saleor.")
        token = form.get("accessToken", "")
        said = self._with_keys(install, lambda keys: signature.claims(token, keys, install.api_url))
        if not hmac.compare_digest(str(said.get("app", "")).encode(), install.app_id.encode()):
            raise Untrusted("The token is for another app.")
        if said.get("type") != "thirdparty" or PERMISSION not in (said.get("user_permissions") or ()):
            raise Untrusted(f"The member of staff needs the permission {PERMISSION}.")
        reference = form.get("orderId", "")
        if not webhooks.ORDER_ID.fullmatch(reference):
            raise UnreadableMessage("There is no orderId.")
        return StaffAsk(reference=reference, who=reading.text(said.get("email"), 190))

    @property
    def dashboard_origin(self) -> str:
        """Return the one origin that may frame what we show to staff."""
        parts = urlsplit(self._dashboard())
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    # --- reading ------------------------------------------------------------------------------------

    def read(self, reference: str) -> OrderSnapshot:
        """Return the order's present state. Raises UnknownOrder, TemporaryFailure, AccessDenied."""
        if not webhooks.ORDER_ID.fullmatch(reference):
            raise UnknownOrder("This is no id of an order of Saleor's.")
        order = self._ask(queries.ORDER, id=reference)["order"]
        try:
            return self._reader().snapshot(order)
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise UnreadableMessage(f"Saleor's order is not as we know it ({type(error).__name__}).") from error

    def changed_since(self, moment: dt.datetime | None) -> Iterator[str]:
        """Yield references of orders that changed since ``moment``, page by page; none where nobody installed us."""
        after, seen = None, set()
        while True:
            try:
                page = self._ask(queries.ORDERS, since=since(moment), after=after)["orders"]
            except NotInstalled:
                return
            for edge in page["edges"]:
                reference = edge["node"]["id"]
                if reference not in seen:  # one that changes meanwhile may come twice
                    seen.add(reference)
                    yield reference
            cursor = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"] or cursor == after:
                return
            after = cursor

    def staff_url(self, reference: str) -> str:
        """Return the order's address in Saleor's dashboard."""
        if not webhooks.ORDER_ID.fullmatch(reference) or not self._dashboard():
            return ""
        return f"{self._dashboard().rstrip('/')}/orders/{quote(reference, safe='')}"

    # --- writing back -------------------------------------------------------------------------------

    @property
    def keeps_links(self) -> bool:
        """Say whether an order's link is wanted anywhere."""
        return bool(self._places())

    def keep_link(self, reference: str, url: str) -> bool:
        """Write the link into the order, unless it stands there. What that tells us again is left out by its issuer."""
        try:
            return writing.write(self.alias, reference, url, self._places(), self._ask)
        except NotInstalled:
            return False

    # --- options ------------------------------------------------------------------------------------

    def check(self) -> list[CheckMessage]:
        """Return what is wrong with OPTIONS."""
        where = self._where()
        found: list[CheckMessage] = []
        if not find_spec("jwt") or not find_spec("cryptography"):
            found.append(
                checks.Error(
                    f"{where}: Saleor's signatures need PyJWT and cryptography.",
                    hint="pip install order-status-plugin[saleor]",
                    id="order_status.E221",
                )
            )
        given = self.options.get("saleor_urls")
        if not self._urls() or not isinstance(given, (list, tuple)):
            found.append(
                checks.Error(
                    f"{where} needs the addresses of your Saleor's API in a list under 'saleor_urls'.",
                    hint='E.g. ["https://shop.saleor.cloud/graphql/"].',
                    id="order_status.E222",
                )
            )
        for url in self._urls():
            parts = urlsplit(url)
            if not parts.hostname or parts.scheme not in ("https", "http") or parts.query or parts.username:
                found.append(checks.Error(f"{where}: {url!r} is no address of an API.", id="order_status.E223"))
            elif parts.scheme == "http" and parts.hostname not in _LOOPBACK:
                found.append(
                    checks.Warning(
                        f"{where}: the app's token travels to {url!r} in the clear.",
                        hint="Begin it with https, unless the network between is your own.",
                        id="order_status.W222",
                    )
                )
        wrong = [place for place in self._given("link_in") if place not in writing.PLACES]
        if wrong or not isinstance(self.options.get("link_in", ()), (list, tuple)):
            names = ", ".join(map(repr, writing.PLACES))
            found.append(checks.Error(f"{where}: 'link_in' is a list of some of {names}.", id="order_status.E224"))
        sites = self.options.get("sites", {})
        if not isinstance(sites, Mapping) or not all(isinstance(pk, int) for pk in sites.values()):
            found.append(
                checks.Error(f"{where}: 'sites' must name a Wagtail site's id by channel.", id="order_status.E225")
            )
        return found

    def check_install(self, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
        """Warn where nobody has installed the app, or its token cannot be opened: with ``check --database``."""
        if SaleorInstall.objects.db not in (databases or ()) or not _has_table():
            return []
        try:
            _ = installs.get(self.alias).token
        except OrderStatusError as error:
            return [
                checks.Warning(
                    f"ORDER_STATUS['HOSTS'][{self.alias!r}]: {error}",
                    hint="Install it in Saleor's dashboard, from the address of the manifest:"
                    f" https://…{reverse('order_status:app-manifest', kwargs={'alias': self.alias})}",
                    id="order_status.W221",
                )
            ]
        return []

    def _urls(self) -> list[str]:
        return [client.canonical(url) for url in self._given("saleor_urls")]

    def _given(self, name: str) -> Sequence[str]:
        given = self.options.get(name)
        return [one for one in given if isinstance(one, str) and one] if isinstance(given, (list, tuple)) else []

    def _places(self) -> tuple[str, ...]:
        return tuple(self._given("link_in")) if "link_in" in self.options else (writing.PRIVATE,)

    def _dashboard(self) -> str:
        given = self.option("dashboard_url")
        urls = self._urls()
        if given or not urls:
            return given
        parts = urlsplit(urls[0])
        return f"{parts.scheme}://{parts.netloc}/dashboard/"

    def _reader(self) -> Reader:
        sites = self.options.get("sites")
        return Reader(
            sites=sites if isinstance(sites, Mapping) else {},
            channels=tuple(self._given("channels")),
            carrier_key=self.option("carrier_key", "carrier"),
            url_key=self.option("tracking_url_key", "tracking_url"),
            product_url=self.option("product_url"),
        )

    def _ask(self, text: str, **variables: Any) -> dict[str, Any]:
        install = installs.get(self.alias)
        if install.api_url not in self._urls():
            raise NotInstalled("The Saleor that the app is installed in is no more one of 'saleor_urls'.")
        return client.query(install.api_url, install.token, text, **variables)


def _has_table() -> bool:
    names = connections[SaleorInstall.objects.db].introspection.table_names()
    return SaleorInstall._meta.db_table in names
