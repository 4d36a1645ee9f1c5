"""From the number of an order to its rows in every table: the prototype of its kind, under other names, on other days."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connections, router
from django.db.models import Model

from ...backends import get_host
from ...conf import conf
from ...messages.recipient import masked
from ...tracking.models import Order
from ..numbers import number_for
from ..stops import DESTINATIONS
from .forms import DAYS, Form, Values, hexed
from .names import Names, mark, unread
from .people import address, person, stored
from .prototype import Kind, record_one
from .stories import EVERY
from .template import Template, template

#: Kinds of each story: countries and hours of the day. Fewer while it lasts, for it may be anywhere by now.
VARIANTS, OPEN_VARIANTS = 4, 2
COUNTRIES = sorted(DESTINATIONS)
#: Of a hundred orders, so many come from another customer than those before.
CUSTOMERS = 60
#: As long as this after its last step a story may still be in the middle of a day.
MARGIN = 24
#: Takes a label of a table and a count, and returns so many keys that nobody else gets.
Reserve = Callable[[str, int], Iterable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Whose orders they are, and of which time."""

    host: str
    source: str  # the alias that events came by
    channel: str  # the alias that messages went by
    orders: int  # how many there are in all
    began: dt.datetime  # when the first was placed
    now: dt.datetime  # when the last was
    is_imported: bool = True  # False: sweeps and messages take them for the shop's own

    def about(self, number: int) -> dt.datetime:
        """Return about when this order was placed: one after the other."""
        return self.began + (self.now - self.began) * (number / self.orders)


class Batch:
    """Rows by table and columns, in the order in which they must be written."""

    def __init__(self) -> None:
        self.rows: dict[tuple[type[Model], tuple[str, ...]], list[Any]] = {}

    def add(self, form: Form, row: Any) -> None:
        """Take one more."""
        self.rows.setdefault((form.model, form.columns), []).append(row)


class Maker:
    """Makes the orders of one shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._names = Names(shop.host, shop.channel)
        self._connection = connections[router.db_for_write(Order)]
        self._templates: dict[Kind, Template] = {}
        self._host = get_host(shop.host)
        kept = conf.retention("inbox")
        #: The first day whose messages still have their bodies.
        self._kept_since = (shop.now - kept).toordinal() + 1 if kept else 0

    def prepare(self, numbers: Iterable[int]) -> None:
        """Record the prototypes of these orders, each in a transaction of its own that is undone."""
        for number in numbers:
            self._like(number)

    def make(self, numbers: Iterable[int], reserve: Reserve) -> Batch:
        """Return the rows of these orders."""
        found = [(number, *self._like(number)) for number in numbers]
        labels = ("order", "line", "fulfillment", "parcel", "inbox", "message")
        free = {label: iter(reserve(label, sum(like.needs[label] for _n, like, _d in found))) for label in labels}
        batch = Batch()
        for number, like, shift in found:
            keys = {label: [next(free[label]) for _ in range(like.needs[label])] for label in labels}
            values = self._values(number, like, keys)
            events = self._events(batch, like, shift, values, keys["inbox"])
            for form in like.rows:
                batch.add(form, form.fill(values, shift))
            for form, row in events:
                batch.add(form, row)
            self._messages(batch, like, shift, values, keys["message"])
        return batch

    def _like(self, number: int) -> tuple[Template, int]:
        """Return what this order is made after, and by how many days its times differ from that."""
        now, about, bits = self.shop.now, self.shop.about(number), mark(self.shop.host, number)
        story, variant = EVERY[bits % len(EVERY)], bits >> 8
        is_over = (now - about).total_seconds() / 3600 > story.length + MARGIN
        variant %= VARIANTS if is_over else OPEN_VARIANTS
        country, hour = COUNTRIES[(variant * 3 + len(story.name)) % len(COUNTRIES)], 7 + variant * 5 % 14
        kind = Kind(story, len(story.moments), country, hour, 2 + variant % 2)
        placed = about.replace(hour=hour, minute=kind.minute, second=0, microsecond=0)
        if placed > now:
            placed -= dt.timedelta(days=1)
        if not is_over:
            kind = Kind(story, story.until((now - placed).total_seconds() / 3600), country, hour, kind.lines)
        if kind not in self._templates:
            shop = self.shop
            one = record_one(kind, shop.host, shop.source, shop.channel, is_imported=shop.is_imported)
            self._templates[kind] = template(one, self._connection)
        like = self._templates[kind]
        return like, placed.toordinal() - like.day

    def _values(self, number: int, like: Template, keys: dict[str, list[int]]) -> Values:
        """Return what is filled into the rows of one order."""
        values: Values = {
            f"{label}{place}": key
            for label in ("order", "line", "fulfillment", "parcel")
            for place, key in enumerate(keys[label])
        }
        values |= {
            f"number{place}": number_for(carrier, 2 * number + place) for place, carrier in enumerate(like.carriers)
        }
        names, reference, shown = self._names, f"bulk-{number}", f"B{number:07d}"
        whom = person(mark("customer", number) % (self.shop.orders * CUSTOMERS // 100 + 1), like.country)
        home = stored(address(whom.name, whom.street, whom.postcode, DESTINATIONS[like.country]))
        return values | {
            "reference": reference,
            "number": shown,
            "number_key": self._host.normalise_number(shown),
            "locator": names.locator(reference),
            "snapshot_digest": unread(reference),
            "name": whom.name,
            "email": whom.email,
            "phone": whom.phone,
            "address": home,
            "email_digest": names.email(whom.email),
            "phone_digest": names.phone(whom.digits),
            "recipient": names.recipient(whom.email),
            "masked": masked(whom.email),
        }

    def _events(
        self, batch: Batch, like: Template, shift: int, values: Values, keys: list[int]
    ) -> list[tuple[Form, Any]]:
        """Add the messages that came in, and return the events that they brought: parcels come before these."""
        events, digests = [], []
        for one, pk in zip(like.events, keys, strict=True):
            number = values[f"number{one.parcel}"]
            digest, fingerprint = one.names.of(number, DAYS[one.day + shift])
            digests.append(digest)
            values |= {
                "digest": digest,
                "short": digest[:12],
                "fingerprint": fingerprint,
                "message_id": pk,
                "message_key": fingerprint[:32],
                "message_digest": fingerprint,
            }
            events.append((one.event, one.event.fill(values, shift)))
            told = one.erased
            if one.heard + shift >= self._kept_since:
                raw, told = one.body.fill(number, shift), one.whole
                values["message_digest"] = hashlib.sha256(raw).hexdigest()
                values["body"] = hexed(raw) if told.is_text else raw
            batch.add(told, told.fill(values, shift))
        values |= {name: digests[place] for name, place in like.taken_back.items()}
        return events

    def _messages(self, batch: Batch, like: Template, shift: int, values: Values, keys: list[int]) -> None:
        for one, pk in zip(like.messages, keys, strict=True):
            subject = one.subject % values[one.about] if one.about else one.subject
            values |= {
                "message": pk,
                "subject": subject,
                "message_key": self._names.message(
                    values["order0"], one.milestone, subject, one.occurrence, self.shop.channel, values["recipient"]
                ),
            }
            batch.add(one.message, one.message.fill(values, shift))
            batch.add(one.tried, one.tried.fill(values, shift))
