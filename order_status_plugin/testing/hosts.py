"""The contract of a host, as tests. Third parties run it against their own adapter."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod

from django.contrib.auth.models import AnonymousUser
from django.core.checks import CheckMessage
from django.test import RequestFactory

from ..events import OrderSnapshot, Recommendation
from ..exceptions import UnknownOrder
from ..hosts.base import Host


class HostContract(ABC):
    """Subclass it, say how your shop makes and changes an order, and run the tests that come with it.

    With pytest, mark the subclass ``@pytest.mark.django_db(transaction=True)``; with unittest, put
    ``TransactionTestCase`` beside it: what a host tells after commit must be able to commit.

    A shop that tells by webhooks sends them to our door when its order is made and changed: let the two methods post
    them with Django's test client, under the alias that the settings give it.
    """

    #: A reference that no order has, in the form of those that orders have.
    unknown_reference = "0"

    @abstractmethod
    def make_host(self) -> Host:
        """Return the adapter, under an alias that the settings need not know unless webhooks come to it."""

    @abstractmethod
    def make_order(self) -> str:
        """Place an order of one line or more at the shop, and return its reference."""

    @abstractmethod
    def change_order(self, reference: str) -> None:
        """Change the order as the shop's staff would, so that the shop tells of it."""

    # --- reading ------------------------------------------------------------------------------------

    def test_reads_an_order_whole(self) -> None:
        """A snapshot is complete and agrees with itself."""
        reference = self.make_order()
        snapshot = self.make_host().read(reference)
        must(isinstance(snapshot, OrderSnapshot), "read() returns an OrderSnapshot")
        must(snapshot.reference == reference, "the snapshot names the reference that was asked for")
        must(bool(snapshot.number), "an order has a number")
        must(snapshot.placed_at.tzinfo is not None, "placed_at is aware")
        must(len(snapshot.country) in (0, 2) and snapshot.country == snapshot.country.upper(), "country is alpha-2")
        ordered = {line.reference: line.quantity for line in snapshot.lines}
        must(bool(ordered), "an order has lines")
        must(len(ordered) == len(snapshot.lines), "references of lines are unique")
        references = [fulfillment.reference for fulfillment in snapshot.fulfillments]
        must(len(set(references)) == len(references), "references of fulfillments are unique")
        for fulfillment in snapshot.fulfillments:
            must(all(line in ordered for line, _n in fulfillment.lines), "what was sent had been ordered")
            must(all(n > 0 for _line, n in fulfillment.lines), "nothing is sent in quantities of none")
            for moment in (fulfillment.sent_at, fulfillment.host_status_at):
                must(moment is None or moment.tzinfo is not None, "moments are aware")

    def test_reading_twice_says_the_same(self) -> None:
        """Nothing in a snapshot depends on when it was taken."""
        reference, host = self.make_order(), self.make_host()
        must(host.read(reference) == host.read(reference), "two readings of one state are equal")

    def test_does_not_invent_orders(self) -> None:
        """What the shop does not have is an UnknownOrder, however strange the reference."""
        for reference in (self.unknown_reference, "", "no such order", "9" * 40, "é\x00"):
            try:
                self.make_host().read(reference)
            except UnknownOrder:
                continue
            raise AssertionError(f"read({reference!r}) raises UnknownOrder")

    def test_finds_what_changed(self) -> None:
        """The sweep and the first import see every order once."""
        reference, host = self.make_order(), self.make_host()
        everything = list(host.changed_since(None))
        must(reference in everything, "changed_since(None) yields every order")
        must(len(set(everything)) == len(everything), "no order is yielded twice")
        must(reference in set(host.changed_since(host.read(reference).placed_at)), "a new order has changed")
        tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        must(reference not in set(host.changed_since(tomorrow)), "an order has not changed in the future")

    # --- hearing ------------------------------------------------------------------------------------

    def test_tells_of_a_change(self) -> None:
        """A change at the shop is told with alias, reference and language."""
        told: list[tuple[str, str, str]] = []
        host = self.make_host()
        if host.is_pushed():
            reference = self.make_order()
            before = host.read(reference)
            self.change_order(reference)
            must(host.read(reference) != before, "a change is told by a webhook")
            return
        host.connect(lambda alias, reference, locale: told.append((alias, reference, locale)))
        reference = self.make_order()
        told.clear()
        self.change_order(reference)
        must((host.alias, reference) in {(alias, key) for alias, key, _locale in told}, "a change is told")
        must(all(isinstance(locale, str) for _alias, _key, locale in told), "the language is a str")

    def test_trouble_of_ours_stays_ours(self) -> None:
        """A nudge that raises harms neither the shop's order nor its change."""

        def raise_(alias: str, reference: str, locale: str) -> None:
            raise RuntimeError("our own trouble")

        host = self.make_host()
        host.connect(raise_)
        reference = self.make_order()
        self.change_order(reference)
        must(host.read(reference).reference == reference, "the order is placed nevertheless")

    # --- people -------------------------------------------------------------------------------------

    def test_numbers_are_equal_when_people_say_so(self) -> None:
        """Spaces, case and a leading # do not tell two numbers apart."""
        host = self.make_host()
        number = host.read(self.make_order()).number
        normal = host.normalise_number(number)
        must(bool(normal) and host.normalise_number(normal) == normal, "normalising twice is normalising once")
        for spelling in (f" {number} ", f"#{number}", number.lower(), number.upper()):
            must(host.normalise_number(spelling) == normal, f"{spelling!r} is {number!r}")

    def test_strangers_own_nothing(self) -> None:
        """Who is not signed in owns no order, and an order without a customer is nobody's."""
        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        host = self.make_host()
        must(not host.owns(request, ""), "an empty reference owns nothing")
        must(not host.owns(request, "1"), "an anonymous visitor owns nothing")

    def test_knows_its_own_orders_only(self) -> None:
        """Objects that are none of the shop's orders have no reference."""
        host = self.make_host()
        for thing in (None, "", 1, object(), AnonymousUser()):
            must(host.reference_of(thing) is None, f"{thing!r} is no order")

    def test_staff_find_the_order(self) -> None:
        """The shop's admin is linked by a path or an address, or not at all."""
        host = self.make_host()
        address = host.staff_url(self.make_order())
        must(address == "" or address.startswith(("/", "https://", "http://")), "staff_url() is a path or an address")
        must(host.staff_url(self.unknown_reference) == "", "an unknown order has no page")

    def test_ordering_again_is_a_page_or_nothing(self) -> None:
        """Where the same can be ordered again is a path or an address, or there is nowhere."""
        host = self.make_host()
        address = host.reorder_url(self.make_order())
        must(address == "" or address.startswith(("/", "https://", "http://")), "reorder_url() is a path or an address")
        for reference in (self.unknown_reference, "", "no such order", "9" * 40):
            must(host.reorder_url(reference) == "", f"an unknown order, {reference!r}, cannot be ordered again")

    def test_recommendations_can_be_shown_to_anybody(self) -> None:
        """What is recommended has a title and a page, never more of it than was asked for."""
        host, order = self.make_host(), self.make_order()
        for most in (1, 8):
            found = host.recommendations(order, most)
            must(len(found) <= most, "no more is recommended than was asked for")
            must(all(isinstance(one, Recommendation) for one in found), "recommendations() returns Recommendations")
            must(all(bool(one.title) for one in found), "what is recommended has a title")
            for address in (address for one in found for address in (one.url, one.image_url or "/")):
                must(address.startswith(("/", "https://", "http://")), "pages and pictures are paths or addresses")
        for reference in (self.unknown_reference, "", "no such order", "9" * 40):
            must(not host.recommendations(reference, 4), f"nothing goes with an unknown order, {reference!r}")

    def test_checks_itself(self) -> None:
        """``manage.py check`` gets messages, and no exception."""
        found = self.make_host().check()
        must(all(isinstance(message, CheckMessage) for message in found), "check() returns CheckMessages")


def must(condition: bool, promise: str) -> None:
    """Raise AssertionError, with the promise that was broken."""
    if not condition:
        raise AssertionError(f"broken promise: {promise}")
