"""What all channels of text messages have in common: whose number it is, where it may go, and how a batch is sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar

import phonenumbers
from django.core.checks import CheckMessage, Error, Warning
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from ..events import Medium
from ..exceptions import AccessDenied, PermanentFailure, TemporaryFailure
from . import segments
from .base import Channel, Message, Receipt

if TYPE_CHECKING:
    from ..events import ContactSnapshot

#: Where a text can arrive. In some countries a number does not tell a mobile phone from another.
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)

#: What leaves without being asked: generous to a shop, dear to nobody who would make it send.
BUDGET: Mapping[str, int] = {"hour": 1000, "day": 10_000}


class SmsChannel(Channel, ABC):
    """Sends text messages to the phone number given at checkout. Options of all:

    ``sender`` (a number, a short code or a name of at most eleven characters), ``countries`` (of the numbers that may
    be written to, ISO 3166-1 alpha-2), ``budget`` (``{"hour": 200, "day": 1000}`` messages), ``prices`` (of one
    segment by country, ``"*"`` for every other one).
    """

    medium: ClassVar[Medium] = Medium.SMS
    rings: ClassVar[bool] = True
    #: Whether numbers do, too, that only look like one: those that countries keep for films and for demos.
    takes_fiction: ClassVar[bool] = False
    #: Whether somebody pays for what leaves.
    costs: ClassVar[bool] = True

    @abstractmethod
    def deliver(self, message: Message, text: str) -> str:
        """Hand one text to the provider and return its id there.

        Raises TemporaryFailure or AccessDenied where the next one would fare alike, PermanentFailure or
        GoneRecipient where this one alone is to blame.
        """

    def recipient(self, contact: ContactSnapshot) -> str:
        """Return the number in E.164, "" for what is no mobile phone or not in one of our countries."""
        number = read(contact.phone, self._region(contact), is_strict=not self.takes_fiction)
        if number is None:
            return ""
        if phonenumbers.number_type(number) not in (*_MOBILE, *((PhoneNumberType.UNKNOWN,) * self.takes_fiction)):
            return ""
        countries = self.countries()
        if countries is not None and country_of(number) not in countries:
            return ""
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)

    def send(self, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
        """Send one by one. When the provider is out of reach, the rest is left for the next time."""
        results: dict[str, Receipt | Exception] = {}
        for message in messages:
            try:
                results[message.key] = Receipt(provider_id=self.deliver(message, segments.plain(message.text)))
            except (TemporaryFailure, AccessDenied) as error:
                # The others would fare alike, but nobody was asked to take them.
                wait = getattr(error, "retry_after", None)
                spared = error if isinstance(error, AccessDenied) else TemporaryFailure(str(error), retry_after=wait)
                return {other.key: results.get(other.key, spared) for other in messages} | {message.key: error}
            except PermanentFailure as error:
                results[message.key] = error
        return results

    # --- options --------------------------------------------------------------------------------------

    def stop_hint(self) -> str:
        """Return ``OPTIONS["stop_hint"]``; where it is not given, "link" for a sender whom nobody can answer: a name."""
        is_name = any(char.isalpha() for char in self.option("sender"))
        return str(self.options.get("stop_hint", "link" if is_name else ""))

    def budget(self) -> Mapping[str, int]:
        """Return ``OPTIONS["budget"]``, or what no shop of a usual size reaches."""
        given = self.options.get("budget")
        return given if isinstance(given, Mapping) else BUDGET

    def countries(self) -> frozenset[str] | None:
        """Return the countries that are written to, None for all."""
        given = self.options.get("countries")
        return frozenset(str(country).upper() for country in given) if isinstance(given, (list, tuple)) else None

    def cost(self, recipient: str, text: str) -> Decimal | None:
        """Return what this text to this number may cost by ``OPTIONS["prices"]``, None where no price is known."""
        found = read(recipient, is_strict=False)
        return segments.cost(segments.plain(text), country_of(found) if found else "", self._prices())

    def costs_by_country(self, text: str) -> Mapping[str, Decimal]:
        """Return what it may cost in each country of ``OPTIONS["prices"]``."""
        prices, plain = self._prices(), segments.plain(text)
        return {country: cost for country in prices if (cost := segments.cost(plain, country, prices)) is not None}

    def _prices(self) -> Mapping[str, Any]:
        given = self.options.get("prices")
        return given if isinstance(given, Mapping) else {}

    def check(self) -> list[CheckMessage]:
        """Say what is wrong with the options that all have."""
        where, found = self._where(), list[CheckMessage]()
        countries, budget, prices = (self.options.get(name) for name in ("countries", "budget", "prices"))
        if countries is None and self.costs:
            found.append(
                Warning(
                    f"{where} names no 'countries': messages may go, and be paid for, anywhere.",
                    hint="List those that the shop sends to, e.g. ['PT', 'ES', 'FR'].",
                    id="order_status.W311",
                )
            )
        known = isinstance(countries, (list, tuple)) and (self.countries() or frozenset()) <= _KNOWN
        if countries is not None and not known:
            found.append(
                Error(f"{where}: 'countries' must be a list of ISO 3166-1 alpha-2 codes.", id="order_status.E311")
            )
        if budget is not None and not _is_budget(budget):
            hint = "For example {'hour': 200, 'day': 1000}."
            found.append(
                Error(f"{where}: 'budget' must name numbers by 'hour' and 'day'.", hint=hint, id="order_status.E312")
            )
        if prices is not None and not _are_prices(prices):
            hint = "For example {'PT': '0.0385', '*': '0.09'}."
            found.append(Error(f"{where}: 'prices' must name prices by country.", hint=hint, id="order_status.E313"))
        return found

    def _region(self, contact: ContactSnapshot) -> str:
        """Return the country of a number without one: where the parcel goes, who pays, or the only one there is."""
        given = contact.shipping_address.country or contact.billing_address.country
        countries = self.countries() or frozenset()
        return given or (next(iter(countries)) if len(countries) == 1 else "")


_KNOWN = frozenset(phonenumbers.SUPPORTED_REGIONS)


def read(text: str, region: str = "", *, is_strict: bool = True) -> phonenumbers.PhoneNumber | None:
    """Return a number that is given out in its country, or at least of a length that is; None for anything else.

    ``region`` is the country of one that does not say it.
    """
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    is_good = phonenumbers.is_valid_number(number) if is_strict else phonenumbers.is_possible_number(number)
    return number if is_good else None


def country_of(number: phonenumbers.PhoneNumber) -> str:
    """Return the country of a number: several share +1, +7 and +44."""
    return str(
        phonenumbers.region_code_for_number(number)
        or phonenumbers.region_code_for_country_code(number.country_code or 0)
    )


def spelled(digits: str) -> str:
    """Return a number as :meth:`SmsChannel.recipient` spells it, from how providers write it: with "+" or without."""
    number = read(f"+{digits.strip().lstrip('+')}")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else ""


def _is_budget(given: object) -> bool:
    return isinstance(given, Mapping) and all(
        name in BUDGET and isinstance(number, int) and not isinstance(number, bool) and number >= 0
        for name, number in given.items()
    )


def _are_prices(given: object) -> bool:
    if not isinstance(given, Mapping):
        return False
    try:
        return all(isinstance(country, str) and Decimal(str(price)) >= 0 for country, price in given.items())
    except InvalidOperation:
        return False
