"""An order whose every personal word occurs nowhere else, so that seeing one is proof of where it came from."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import random
import re
import secrets
import string
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from urllib.parse import unquote_plus

from django.utils import timezone

from ..access import links, sharing
from ..access.models import ShareLink
from ..cms import writing
from ..conf import conf
from ..events import (
    Address,
    ContactSnapshot,
    DeliveryWindow,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
    ParcelStatus,
    PaymentState,
    Place,
    Tier,
    TrackingScan,
    TrackingUpdate,
)
from ..tracking import record
from ..tracking.models import Order

#: The aliases under which the order is recorded: no shop has them.
HOST = SOURCE = "order-status-doctor"

_RANDOM = random.SystemRandom()
_GAPS = re.compile(r"[\W_]+")
_RANKS = {Tier.PUBLIC: 0, Tier.PRIVATE: 1, Tier.STAFF: 2}


@dataclass(frozen=True)
class Canary:
    """One word and who may see it. ``tier`` None: nobody on any page, not even in the admin's view of it."""

    what: str
    text: str
    tier: Tier | None = Tier.PRIVATE
    #: A mail to the customer may say it.
    is_mailed: bool = False

    @cached_property
    def traces(self) -> tuple[str, ...]:
        """Return what to look for: the word, and digests of it that are keyed by nothing."""
        raw = self.text.encode()
        digests = [hashlib.new(name, raw, usedforsecurity=False).hexdigest() for name in ("md5", "sha1", "sha256")]
        coded = base64.b64encode(raw).decode().rstrip("=")
        return (squeeze(self.text), *digests, squeeze(coded[: len(coded) // 4 * 4]))

    def is_in(self, text: Text) -> bool:
        """Say whether this stands in a text, however it is spaced, escaped or digested."""
        if re.fullmatch(r"\d+\.\d\d", self.text):
            return re.search(rf"(?<!\d){self.text.replace('.', '[.,]')}(?!\d)", text.plain) is not None
        return any(trace in text.squeezed for trace in self.traces)

    def may_be_seen_by(self, tier: Tier) -> bool:
        """Say whether this tier may see it."""
        return self.tier is not None and _RANKS[self.tier] <= _RANKS[tier]


class Text:
    """What was answered, in the two forms that are searched."""

    def __init__(self, raw: str) -> None:
        """Undo what HTML and addresses do to words."""
        self.plain = unquote_plus(html.unescape(raw))
        self.squeezed = squeeze(raw if raw == self.plain else f"{raw}\0{self.plain}")


def squeeze(text: str) -> str:
    """Return only letters and digits, in one case: tracking numbers are printed in groups."""
    return _GAPS.sub("", text.casefold())


def _word(start: str) -> str:
    return start + "".join(_RANDOM.choices(string.ascii_lowercase, k=10))


def _digits(count: int) -> str:
    return "".join(_RANDOM.choices("123456789", k=count))


def _amount() -> str:
    return f"{_RANDOM.randint(311, 989)}.{_RANDOM.randint(11, 98)}"


class Bird:
    """The order and its canaries. Make it inside a transaction that is rolled back."""

    def __init__(self) -> None:
        """Record the order: paid, sent, on its way."""
        self.canaries: list[Canary] = []
        self.number = self._new("order number", f"OSD-{_digits(6)}-{_word('Q').upper()}", is_mailed=True)
        self.email = self._new("email", f"{_word('eve')}@{_word('mail')}.example", tier=None)
        self.phone = self._new("phone", f"+3519{_digits(8)}", tier=None)
        self.tracking_number = self._new("tracking number", f"1Z{_word('W').upper()}{_digits(6)}")
        self.hook_secret = self._new("webhook secret", _word("secret"), tier=None)
        prices = Tier.PUBLIC if conf.PUBLIC_PRICES else Tier.PRIVATE
        self.amounts = {
            what: Decimal(self._new(what, _amount(), tier=prices))
            for what in ("unit price", "line total", "items total", "delivery price", "tax", "total")
        }
        self.title = self._new(
            "item title", _word("Bowl"), tier=Tier.PUBLIC if conf.PUBLIC_ITEMS else Tier.PRIVATE, is_mailed=True
        )
        self.sent_at = timezone.now() - dt.timedelta(minutes=50)
        self.snapshot = self._snapshot()
        self.order = record.order(HOST, self.snapshot)
        self._scan(ParcelStatus.IN_TRANSIT, 10)
        self.shares = [
            link
            for scope in ShareLink.Scope
            if (link := sharing.make(self.order, scope, 7, self._new("label of a shared link", _word("Neighbour"))))
        ]
        self._write_notes()
        # Both are addresses, so they are no secret of a page; in a log and behind a shared link they are.
        self.link = self._new("link", links.link_for(self.order), tier=Tier.PUBLIC, is_mailed=True)

    @property
    def path(self) -> str:
        """The path of its page."""
        return links.path_of(self.link)

    def named(self, *names: str) -> list[Canary]:
        """Return the canaries with these names."""
        return [canary for canary in self.canaries if canary.what in names]

    def make_ready(self) -> None:
        """Have it wait in a shop, with all that a carrier may say of that."""
        self._scan(ParcelStatus.ATTEMPTED_DELIVERY, 20)
        self._scan(
            ParcelStatus.READY_FOR_PICKUP,
            25,
            pickup_place=self._new("pickup place", _word("Kiosk")),
            pickup_hours=self._new("opening hours", _word("Mon 9 to ")),
            handed_to="Colissimo",
            handed_number=self._new("number at the last carrier", f"6A{_word('H').upper()}"),
            pickup_until=timezone.now().date() + dt.timedelta(days=5),
            next_step=self._new("carrier's next step", _word("Bring")),
        )

    def deliver(self) -> None:
        """Have it delivered and signed for."""
        self._scan(
            ParcelStatus.DELIVERED,
            40,
            signed_by=self._new("signed by", _word("Signer")),
            left_at=self._new("where it was left", _word("Porch")),
            proof_url=f"https://carrier.example/{self._new('proof of delivery', _word('proof'))}",
        )

    def _new(self, what: str, text: str, *, tier: Tier | None = Tier.PRIVATE, is_mailed: bool = False) -> str:
        self.canaries.append(Canary(what, text, tier, is_mailed))
        return text

    def _write_notes(self) -> None:
        """Have staff write to the customer, who is told of it; one of the notes is taken back."""
        author = self._new("author of a note", _word("staff"), tier=None)
        for what, tier in (("note", Tier.PRIVATE), ("public note", Tier.PUBLIC)):
            text = f"<p>{self._new(what, _word('Dear '), tier=tier)}</p>"
            writing.write(self.order, text, author=author, is_public=tier is Tier.PUBLIC, is_told=True)
        gone = self._new("withdrawn note", _word("Sorry "), tier=None)
        writing.withdraw(writing.write(self.order, f"<p>{gone}</p>", author=author, is_told=True), author=author)
        self.order.refresh_from_db()

    def _address(self, what: str) -> Address:
        return Address(
            name=self._new(f"{what} name", f"{_word('Ada')} {_word('Lovelace')}"),
            lines=(self._new(f"{what} street", f"{_word('Lane')} {_digits(3)}"),),
            postcode=self._new(f"{what} postcode", f"{_word('PC').upper()}"),
            city=self._new(f"{what} city", _word("Town")),
            region=self._new(f"{what} region", _word("Region")),
            country="NL",
        )

    def _snapshot(self) -> OrderSnapshot:
        first = self._new("first name", _word("Grace"), is_mailed=True)
        line = LineSnapshot(
            reference="1",
            title=self.title,
            quantity=2,
            unit_price=self.amounts["unit price"],
            total=self.amounts["line total"],
            personal_text=self._new("free text of a line", _word("Love from ")),
        )
        contact = ContactSnapshot(
            name=f"{first} {self._new('last name', _word('Hopper'))}",
            email=self.email,
            phone=self.phone,
            shipping_address=self._address("shipping"),
            billing_address=self._address("billing"),
            payment_summary=self._new("payment", _word("Visa ending in ")),
            customer_reference=self._new("customer reference", _word("customer-"), tier=None),
        )
        parcel = ParcelSnapshot(
            carrier_text="UPS",
            carrier="ups",
            tracking_number=self.tracking_number,
            tracking_url=f"https://carrier.example/{self._new('tracking address', _word('track'))}",
        )
        return OrderSnapshot(
            reference=secrets.token_hex(12),
            number=self.number,
            placed_at=timezone.now() - dt.timedelta(hours=1),
            lines=(line, LineSnapshot(reference="2", title="Plate", quantity=1)),
            contact=contact,
            fulfillments=(
                FulfillmentSnapshot(reference="1", lines=(("1", 1),), sent_at=self.sent_at, parcels=(parcel,)),
            ),
            payment=PaymentState.PAID,
            currency="EUR",
            items_total=self.amounts["items total"],
            shipping_total=self.amounts["delivery price"],
            tax_total=self.amounts["tax"],
            total=self.amounts["total"],
            country="NL",
            shipping_method=self._new("shipping method", _word("Courier"), tier=None),
            tags=(self._new("tag", _word("tag")),),
        )

    def _scan(self, status: ParcelStatus, minute: int, **more: object) -> None:
        moment = self.sent_at + dt.timedelta(minutes=minute)
        # A point of the source's own, so that the map has a place to show: its name is the city's.
        seen_by = Tier.PUBLIC if conf.PUBLIC_MAP is True else Tier.PRIVATE
        place = Place(
            text=self._new("carrier's place", _word("Depot")),
            city=self._new("city of a scan", _word("City"), tier=seen_by),
            region=self._new("region of a scan", _word("Province")),
            postcode=self._new("postcode of a scan", _word("ZIP").upper()),
            country="DE",
            latitude=50.94,
            longitude=6.96 + minute / 10,
        )
        scan = TrackingScan(
            status=status,
            local_time=moment.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0),
            utc_offset=0,
            source_id=_word("scan"),
            raw_code=self._new("carrier's code", _word("RAW")),
            message=self._new("carrier's wording", _word("Left with ")),
            place=place,
        )
        soon = timezone.now().date() + dt.timedelta(days=2)
        reason = self._new("reason of the estimate", _word("Snow "))
        window = DeliveryWindow(earliest=soon, latest=soon, stated_at=moment, reason=reason)
        record.tracking(
            SOURCE,
            TrackingUpdate(
                tracking_number=self.tracking_number,
                carrier="ups",
                carrier_text="ups",
                scans=(scan,),
                window=window,
                **more,  # type: ignore[arg-type]
            ),
        )
        self.order = Order.objects.get(pk=self.order.pk)
