"""What composing a message reads, read once for a batch of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ..backends import get_channel
from ..cms import epoch
from ..events import Tier
from ..exceptions import BackendError
from ..tracking.models import Fulfillment, Parcel
from ..tracking.queries import pictures
from . import subscriptions
from .consent import Asked, ask
from .models import OutboxMessage
from .person import addressees
from .recipient import reached
from .subscriptions import Device


class Known:
    """The orders of these rows as they are now, what each row is about, and whether it may leave at this moment."""

    def __init__(self, rows: Sequence[OutboxMessage]) -> None:
        """Read in a number of queries that does not depend on how many rows there are."""
        self.epoch = epoch.current()
        self.pictures = pictures({row.order_id: row.order for row in rows}.values(), Tier.PUBLIC)
        self.contacts = addressees({row.order_id for row in rows})
        self._told: dict[int, list[str]] = defaultdict(list)
        tellers = [row.pk for row in rows if row.subject != "order"]  # what is about the order tells nothing else
        if tellers:
            told = OutboxMessage.objects.filter(told_by__in=tellers).order_by("pk")
            for teller, subject in told.values_list("told_by_id", "subject"):
                self._told[teller].append(subject)
        self._quiet = _quiet([row.subject for row in rows])
        self._devices: dict[str, dict[tuple[int, str], Device]] = {}
        self.asked: dict[str, Asked] = {}
        by_channel: dict[str, list[OutboxMessage]] = defaultdict(list)
        for row in rows:
            by_channel[row.channel].append(row)
        for alias, mine in by_channel.items():
            self._ask(alias, mine)

    def _ask(self, alias: str, rows: Sequence[OutboxMessage]) -> None:
        try:
            subscribes = get_channel(alias).subscribes
        except (KeyError, BackendError):
            return  # nothing leaves by it
        if subscribes:
            self._devices[alias] = subscriptions.devices(alias, {row.order_id for row in rows})
            found = [(order, device.recipient) for (order, _digest), device in self._devices[alias].items()]
        else:
            found = [(order, reached(alias, contact)) for order, contact in self.contacts.items()]
        recipients: dict[int, list[str]] = {row.order_id: [] for row in rows}
        for order, recipient in found:
            recipients.setdefault(order, []).append(recipient)
        self.asked[alias] = ask(alias, recipients)

    def device(self, row: OutboxMessage) -> Device | None:
        """Return the device that this row is for, None where it is for none, or that one is told no more."""
        return self._devices.get(row.channel, {}).get((row.order_id, row.recipient_digest))

    def subjects(self, row: OutboxMessage) -> list[str]:
        """Return what this row is about, and what those are that it tells."""
        return [row.subject, *self._told[row.pk]]

    def is_quiet(self, row: OutboxMessage) -> bool:
        """Say whether staff switched the customer's messages off for this shipment since the row was written."""
        return row.subject in self._quiet


def subject(text: str) -> tuple[str, int]:
    """Return kind and key of a row's subject, e.g. ("parcel", 7); ("order", 0)."""
    kind, _, pk = text.partition(":")
    return kind, int(pk) if pk.isdecimal() else 0


def _quiet(subjects: Sequence[str]) -> set[str]:
    about: dict[str, list[int]] = {"fulfillment": [], "parcel": []}
    for kind, pk in map(subject, subjects):
        about.get(kind, []).append(pk)
    if not (about["fulfillment"] or about["parcel"]):
        return set()
    silenced = Fulfillment.objects.filter(notify_customer=False)
    parcels = Parcel.objects.filter(fulfillment__in=silenced, pk__in=about["parcel"]).values_list("pk", flat=True)
    shipments = silenced.filter(pk__in=about["fulfillment"]).values_list("pk", flat=True)
    return {f"parcel:{pk}" for pk in parcels} | {f"fulfillment:{pk}" for pk in shipments}
