"""The contract of a host, as tests. Third parties run it against their own adapter."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from django.contrib.auth.models import AnonymousUser
from django.core.checks import CheckMessage
from django.db import transaction
from django.test import RequestFactory

from ..access import links
from ..events import OrderSnapshot, Recommendation
from ..exceptions import UnknownOrder
from ..hosts.base import Host
from ..messages.models import OutboxMessage
from ..tracking import record
from ..tracking.models import Order


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

    def test_reads_many_as_it_reads_one(self) -> None:
        """A whole batch says of each order what reading it alone says, and one unknown order stops no other."""
        references = [self.make_order(), self.unknown_reference, self.make_order()]
        host = self.make_host()
        found = list(host.read_many(references))
        must(
            [reference for reference, _said in found] == references, "each is yielded once, in the order of the asking"
        )
        must(isinstance(dict(found)[self.unknown_reference], UnknownOrder), "an unknown order is yielded as that error")
        for reference in (references[0], references[2]):
            must(dict(found)[reference] == host.read(reference), "a batch says what a single reading says")
        must(not list(host.read_many([])), "of none there is nothing to read")

    def test_finds_what_changed(self) -> None:
        """The sweep and the first import see every order once."""
        reference, host = self.make_order(), self.make_host()
        everything = list(host.changed_since(None))
        must(reference in everything, "changed_since(None) yields every order")
        must(len(set(everything)) == len(everything), "no order is yielded twice")
        must(host.count_since(None) in (None, len(everything)), "a count is that of what is yielded, or there is none")
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

    def test_what_is_read_after_commit_is_the_order_whole(self) -> None:
        """No part of an order is told of too late: read after the last word's commit, it is what it will be."""
        host, block = self.make_host(), transaction.atomic
        if host.is_pushed():
            return  # it tells by webhooks, of what is committed
        for during in (nullcontext[None], block):
            for change in (lambda known: self.make_order(), self._changed):
                self._read_after_commit(host, change, during)

    def _changed(self, reference: str) -> str:
        self.change_order(reference)
        return reference

    def _read_after_commit(
        self, host: Host, change: Callable[[str], str], during: Callable[[], AbstractContextManager[None]]
    ) -> None:
        known, reads = self.make_order(), dict[str, OrderSnapshot]()

        def read(reference: str) -> None:
            reads[reference] = host.read(reference)

        def nudge(alias: str, reference: str, *rest: object) -> None:
            transaction.on_commit(lambda: read(reference))

        host.connect(nudge)
        with during():
            reference = change(known)
        must(reads.get(reference) == host.read(reference), "what is read after the last word is all there is to read")

    def test_trouble_of_ours_stays_ours(self) -> None:
        """A nudge that raises harms neither the shop's order nor its change."""

        def raise_(alias: str, reference: str, locale: str) -> None:
            raise RuntimeError("our own trouble")

        host = self.make_host()
        host.connect(raise_)
        reference = self.make_order()
        self.change_order(reference)
        must(host.read(reference).reference == reference, "the order is placed nevertheless")

    # --- recording ----------------------------------------------------------------------------------

    def test_the_link_can_be_printed_before_commit(self) -> None:
        """A page or a mail of the shop that is made while the order is placed carries the link that the order keeps."""
        host = self.make_host()
        with transaction.atomic():
            reference = self.make_order()
            printed = links.link_for_reference(host.alias, reference)
        order = record.order(host.alias, host.read(reference))
        must(links.link_for(order) == printed, "the link is the same before and after")
        must(links.resolve(printed) == order, "the link opens the order")

    def test_recording_again_changes_nothing(self) -> None:
        """However often an order is told of, it is one order, and its customer hears of it once."""
        host, reference = self.make_host(), self.make_order()
        rows, told = Order.objects.filter(host=host.alias), OutboxMessage.objects.filter(order__host=host.alias)
        before = record.order(host.alias, host.read(reference))
        count = told.count()
        after = record.order(host.alias, host.read(reference))
        must(rows.count() == 1, "one order is one row")
        must((after.pk, after.version) == (before.pk, before.version), "the same reading is no change")
        must(told.count() == count, "the same reading is no news")
        self.change_order(reference)
        changed = record.order(host.alias, host.read(reference))
        must(changed.pk == before.pk and changed.version > before.version, "a change is another version of that row")

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
