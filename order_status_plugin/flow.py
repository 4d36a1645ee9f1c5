"""START HERE: the way of every order and every scan through the house, on one screen.

    host signal     host webhook, push API; source webhook ──▶ hasten ──▶ drain_polls ──▶ ask
                │ nudge          all stored raw in the inbox │                              │
                ▼                                       ▼                                   │
           take_order ◀── sweep                 handle_message ◀───────────────────────────┘
         host.read(reference)                    source.parse(body)
                └────────────────┬──────────────────────┘
                                 ▼
                     tracking.record   the only writer, one transaction:
                                 │     rows + events + fold + outbox (messages.outbox) ◀── stalled.tell ◀── sweep
                  after commit   │
                  ┌──────────────┼──────────────────┐
                  ▼              ▼                  ▼
             live.publish   drain_outbox       signals.py
                  │              │             other people's code
                  ▼              ▼
         page ◀── view ──▶ message     what may be shown is decided in view/, who may see it in access/
          │        ▲             │     whether it may leave, asked at each try: messages.consent
          │       cms            ▼
          │               channel.send ──▶ the customer ──▶ bounce, STOP: channel webhook, or hear
          │                                                  │ stored raw in the inbox, too
          ▼                                                  ▼
    consent.say ─────────▶ consent ledger, suppression ◀── reports.take: the next message is held, and the page says why

Other systems of the shop are told as customers are: record also writes outgoing's rows, drain_webhooks sends them. A shop
that cannot be asked tells its orders whole: host.keep puts them where host.read finds them.

What editors and staff write (cms) is a new epoch: kept pages are made anew, open ones hear of it.

This is what runs; ``wiring`` connects the rooms to it at start-up, once. django-q2 runs the functions whose names
begin with ``drain``, ``sweep`` and ``retain``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.db import DatabaseError, OperationalError, connections, router, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from . import spans
from .access import cleaning, retention
from .access.links import order_url
from .backends import all_hosts, get_channel, get_host, get_receiver, get_source
from .carriers import catalogue
from .channels.base import Channel
from .cms import schedule, writing
from .conf import conf
from .events import ConsentSnapshot, HostLeft, NoteTold, Nudge, OrderNudge, OrderSnapshot, ParcelNews, TrackedParcel
from .exceptions import BackendError, NotOurs, OrderStatusError, UnreadableMessage
from .hosts.base import Host
from .intake import inbox, updates
from .intake import privacy as intake_privacy
from .intake.models import InboxMessage
from .intake.updates import Handled
from .messages import consent, relay, reports, requests, stalled
from .outgoing import relay as webhooks
from .page import kept
from .polling import follow, run
from .sources.base import Source, Webhook
from .staff import import_run
from .tracking import record, rows, snapshot
from .tracking.by_hand_numbers import Did, Given
from .tracking.locator import called
from .tracking.models import Order, Parcel
from .worker import wake

logger = logging.getLogger(__name__)

INBOX = "order_status_plugin.flow.drain_inbox"
OUTBOX = "order_status_plugin.flow.drain_outbox"
SWEEP = "order_status_plugin.flow.sweep"
RETAIN = "order_status_plugin.flow.retain"
IMPORTS = "order_status_plugin.flow.drain_imports"
READ = "order_status_plugin.flow.read_again"
SCHEDULE = "order_status_plugin.flow.drain_schedule"
POLLS = "order_status_plugin.flow.drain_polls"

#: Seconds that one task lets go what is due: it ends well before django-q2 would end it, and wakes the next.
RETAINING = 30.0
#: Orders that one task reads again from their hosts.
READ_AT_ONCE = 100
#: Links that one sweep writes into a shop: each is a call.
LINKS_AT_ONCE = 200
#: How often a report on a message that nobody knows is looked at again: the shop may send others by the same provider.
REPORT_TRIES = 5


def hear(alias: str, said: Webhook) -> None:
    """Store what a channel heard by the project's door; the worker handles it. Raises what the database raises."""
    channel = get_channel(alias)
    if reports.is_ours(alias, channel.parse(said)):
        inbox.store(alias, said, channel)
        wake.wake("inbox", INBOX)


@spans.traced("nudge")
def nudge(alias: str, reference: str, locale: str = "", consents: Sequence[ConsentSnapshot] = ()) -> None:
    """Hear of an order from its host: keep the least now, read the rest after commit. Never raises.

    ``consents`` is what was answered at a checkout that keeps no answers itself: nobody could read them later.
    """
    spans.note(alias=alias, order=called(alias, reference))
    try:
        with transaction.atomic():
            row = record.first_sight(alias, reference, locale)
            consent.answered(row, consents)
    except Exception:
        # The host goes on: the sweep finds what is missing here.
        logger.exception("order %s of %s could not be noted; the sweep will take it", called(alias, reference), alias)
    transaction.on_commit(lambda: _take_quietly(alias, reference), robust=True)


def _take_quietly(alias: str, reference: str) -> bool:
    try:
        with contextlib.suppress(NotOurs):
            take_order(alias, reference)
    except Exception:
        logger.exception("order %s of %s could not be read; the sweep will take it", called(alias, reference), alias)
        return False
    return True


def _take_each(orders: Iterable[tuple[str, str]]) -> int:
    """Read these orders, by host and reference. One that cannot be read stops no other. Raises where the database is gone."""
    taken = 0
    for order in orders:
        taken += 1
        if not _take_quietly(*order) and not connections[router.db_for_write(Order)].is_usable():
            raise OperationalError("The database is gone: the orders that are left were not tried.")
    return taken


@spans.traced("take_order")
def take_order(alias: str, reference: str, *, is_import: bool = False) -> Order:
    """Read one order from its host and record it. Raises what the host's adapter raises."""
    spans.note(alias=alias, order=called(alias, reference))
    catalogue.refresh()
    return take(alias, get_host(alias).read(reference), is_import=is_import)


def take(alias: str, said: OrderSnapshot, *, is_import: bool = False) -> Order:
    """Record an order as its host reads it, and see to its parcels."""
    order = record.order(alias, said, is_import=is_import)
    _has_numbers(order)
    if not is_import:
        with contextlib.suppress(OrderStatusError):  # the sweep tries again
            keep_link(get_host(alias), order)
    return order


def give_number(order: Order, given: Given) -> Did:
    """Record a tracking number that staff give an order, and have it followed; return what that did."""
    did = record.give_number(order, given)
    if did not in (Did.SAME, Did.NOTHING):
        _has_numbers(order)
    return did


def take_history(alias: str, said: Sequence[OrderSnapshot]) -> list[Order | Exception]:
    """Record orders of before our time as their host reads them; return each, or why it cannot be recorded."""
    catalogue.refresh()
    done = record.history(alias, said)
    _has_numbers(*(order for order in done if isinstance(order, Order)))
    return done


def _has_numbers(*orders: Order) -> None:
    """Let what waited for the parcels of these orders go on, and have them followed."""
    numbers = Parcel.objects.filter(order__in=orders).exclude(number_key="").order_by()
    if inbox.release_waiting(*numbers.values_list("number_key", flat=True).distinct()):
        wake.wake("inbox", INBOX)
    if follow.follow(*orders):
        wake.wake("polls", POLLS)


def read_later(pks: Sequence[int]) -> int:
    """Have the worker read these orders, by key, again from their hosts, a batch a task; return how many."""
    keys = sorted(pks)
    for start in range(0, len(keys), READ_AT_ONCE):
        batch = keys[start : start + READ_AT_ONCE]
        transaction.on_commit(partial(async_task, READ, batch, q_options=_unsaved()), robust=True)
    return len(keys)


def read_again(pks: Sequence[int]) -> int:
    """Read these orders from their hosts; return how many there were. One that cannot be read stops no other."""
    _take_each(Order.objects.filter(pk__in=pks, erased_at=None).order_by("pk").values_list("host", "reference"))
    return len(pks)


def _unsaved() -> dict[str, Any]:
    return {"save": False, **conf.Q_OPTIONS}


def inbox_messages() -> QuerySet[InboxMessage]:
    """Return all that came in: for staff to look at."""
    return InboxMessage.objects.all()


def replay_inbox(messages: QuerySet[InboxMessage]) -> int:
    """Make these messages due again and wake the worker; return how many there were."""
    count = inbox.replay(messages)
    wake.wake("inbox", INBOX)
    return count


def keep_link(host: Host, order: Order) -> bool:
    """Have a shop that wants them keep the order's link; say whether there was anything to do. Raises what it raises."""
    if order.erased_at is not None or not host.keeps_links:
        return False
    return host.keep_link(order.reference, order_url(order))


def _keep_links(host: Host, since: dt.datetime) -> None:
    """Write the links that were not written at once: of imported orders, new ones, and what failed."""
    if not host.keeps_links:
        return
    rows = Order.objects.filter(host=host.alias, changed_at__gte=since, erased_at=None).exclude(read_at=None)
    written = 0
    try:
        for order in rows.select_related("site").order_by("changed_at", "pk").iterator(chunk_size=500):
            written += keep_link(host, order)
            if written >= LINKS_AT_ONCE:
                break
    except (OrderStatusError, DatabaseError):
        logger.exception("%s does not take links now", host.alias)


def handle_message(pk: int) -> str:
    """Parse one inbox message and record what it says; return what is worth noting beside it.

    Raises what is wrong; the inbox keeps the message and the reason. Repeating it changes nothing.
    """
    return _handle(InboxMessage.objects.get(pk=pk)).note


def handle_updates(messages: Sequence[InboxMessage]) -> list[str | Exception]:
    """Parse messages of one source and record together what they say; return of each its note, or what is wrong."""
    catalogue.refresh()
    done = updates.take(get_source(messages[0].alias), messages, hasten)
    return [each.note if isinstance(each, Handled) else each for each in done]


def _handle(message: InboxMessage) -> Handled:
    receiver = get_receiver(message.alias)
    if isinstance(receiver, Host):
        return _take_told(receiver, message)
    if isinstance(receiver, Channel):
        return _report(receiver, message)
    catalogue.refresh()
    (done,) = updates.take(get_source(message.alias), [message], hasten)
    if isinstance(done, Exception):
        raise done
    return done


def _take_told(host: Host, message: InboxMessage) -> Handled:
    """Take what a shop tells of its orders: read those that it names, keep those that nobody could read."""
    is_erased, note = False, ""
    for said in host.parse(inbox.as_webhook(message)):
        if isinstance(said, OrderNudge):
            try:
                take_order(host.alias, said.reference)
            except NotOurs as error:
                note = str(error)
            continue
        if isinstance(said, HostLeft):
            host.left(said.key)
            continue
        with transaction.atomic():
            # Locked, so that whoever erases the order meanwhile finds what is kept.
            rows = Order.objects.select_for_update().filter(host=host.alias, reference=said.reference)
            is_gone = rows.values_list("erased_at", flat=True).first() is not None
            if not (is_gone or isinstance(said, ParcelNews | NoteTold)):
                host.keep(said)
        if is_gone:
            is_erased = True
            if isinstance(said, OrderSnapshot):  # its stub follows the shop, and nothing else is kept
                record.order(host.alias, said)
        elif isinstance(said, ParcelNews):
            _take_news(host.alias, said, message)
        elif isinstance(said, NoteTold):
            _take_note(host.alias, said, message)
        else:
            take_order(host.alias, said.reference)
    if is_erased:
        inbox.redact(InboxMessage.objects.filter(pk=message.pk))
    return Handled(note)


def _take_news(alias: str, said: ParcelNews, message: InboxMessage) -> None:
    number_key = catalogue.normalise_number(said.update.tracking_number)
    parcels = Parcel.objects.filter(order__host=alias, order__reference=said.reference, number_key=number_key)
    parcel = parcels.filter(fulfillment__reference=said.fulfillment).order_by("is_withdrawn", "-pk").first()
    if parcel is None:
        raise UnreadableMessage(f"No parcel {said.update.tracking_number!r} is in this fulfillment.")
    record.entry(alias, parcel, said.update, message_id=message.pk, received_at=message.received_at)


def _take_note(alias: str, said: NoteTold, message: InboxMessage) -> None:
    order = Order.objects.filter(host=alias, reference=said.reference).first()
    if order is None:
        raise UnreadableMessage(f"There is no order {said.reference!r}.")
    writing.write(
        order, said.text, author=said.author, is_public=said.is_public, is_told=said.is_told, message_id=message.pk
    )


def _report(channel: Channel, message: InboxMessage) -> Handled:
    """Take what a channel's provider says of messages, and what customers answered to them."""
    unknown = reports.take_all(message.alias, channel.parse(inbox.as_webhook(message)), message.received_at)
    if unknown and message.attempts < REPORT_TRIES:
        raise reports.UnknownMessage  # faster than our own note of the receipt, perhaps
    return Handled(f"{unknown} reports are on messages that are not ours" if unknown else "")


@spans.traced("ask")
def ask(alias: str, parcels: Sequence[Parcel]) -> None:
    """Ask a source about parcels (at most its ``batch_size``) and record what it answers.

    Raises TemporaryFailure, AccessDenied, PermanentFailure. An answer that cannot be read stays in the inbox; one that
    says nothing new leaves nothing behind.
    """
    spans.note(alias=alias, count=len(parcels))
    source, now = get_source(alias), timezone.now()
    for answer in source.fetch(_tracked(parcels)):
        _take_answer(source, answer)
    record.check_in(parcels, now)


def _take_answer(source: Source, answer: Webhook) -> None:
    done: list[Handled] = []

    def handle(pk: int) -> str:
        done.append(_handle(InboxMessage.objects.get(pk=pk)))
        return done[-1].note

    message, is_new = inbox.store(source.alias, answer, source)
    # The same words as once before are news to a parcel that came since.
    if is_new or message.state == inbox.State.HANDLED:
        inbox.settle(message, handle)
    if is_new and done and not done[-1].is_news:
        InboxMessage.objects.filter(pk=message.pk, state=inbox.State.HANDLED, reason="").delete()


def register(alias: str, parcels: Sequence[Parcel]) -> None:
    """Have a source's provider follow parcels (at most its ``batch_size``). Raises as :func:`ask` does."""
    get_source(alias).register(_tracked(parcels))


def _tracked(parcels: Sequence[Parcel]) -> list[TrackedParcel]:
    """Return what a source reads of these parcels; two orders may travel under one number."""
    return list({(parcel.carrier, parcel.number_key): rows.tracked(parcel) for parcel in parcels}.values())


def hasten(alias: str, nudge: Nudge) -> int:
    """Have the worker ask a source soon about the parcels that it nudged us for; return how many it can mean.

    Nobody is asked here: a webhook's sender does not wait for another call. Raises UnknownParcel.
    """
    parcels = record.meant(nudge)
    if follow.hasten(get_source(alias), parcels):
        wake.wake("polls", POLLS)
    return len(parcels)


@spans.traced("drain_polls")
def drain_polls() -> int:
    """Tell sources of new parcels, and ask them about those that are due; return how many were asked about."""
    wake.begin("polls")
    done = run.drain(ask=ask, register=register)
    if not done.is_over:
        wake.wake("polls", POLLS)
    return done.asked


@spans.traced("drain_inbox")
def drain_inbox() -> int:
    """Handle what waits in the inbox; return how many."""
    wake.begin("inbox")
    aliases = [*conf.HOSTS, *conf.SOURCES, *conf.CHANNELS]
    by_batch = {alias: handle_updates for alias in aliases if _is_source(alias)}
    taken = inbox.drain(handle_message, together=by_batch, aliases=aliases)
    if inbox.is_due():
        wake.wake("inbox", INBOX)
    return taken


def _is_source(alias: str) -> bool:
    try:
        return isinstance(get_receiver(alias), Source)
    except (KeyError, BackendError):  # each of its messages says so
        return False


@spans.traced("drain_outbox")
def drain_outbox() -> int:
    """Send what waits in the outbox; return how many."""
    wake.begin("outbox")
    catalogue.refresh()
    requests.answer()
    return relay.drain()


def import_later() -> None:
    """Have the worker go on with files of tracking numbers."""
    wake.wake("imports", IMPORTS)


def drain_imports() -> bool:
    """Put tracking numbers from confirmed files into their orders; return whether nothing is left."""
    wake.begin("imports")
    is_over = import_run.run(give_number)
    if not is_over:
        import_later()
    return is_over


def drain_schedule() -> int:
    """Publish what editors have scheduled, and take back what has expired; return how many."""
    return schedule.run()


@spans.traced("drain_webhooks")
def drain_webhooks() -> int:
    """Tell other systems of the shop what is due; return how many calls were made."""
    wake.begin("webhooks")
    return webhooks.drain()


@spans.traced("sweep")
def sweep() -> int:
    """Compare with the hosts what their signals may have missed; return how many orders were read."""
    wake.begin("sweep")
    taken = 0
    for host in all_hosts():
        since, late = timezone.now() - conf.SWEEP_WINDOW, timezone.now() - dt.timedelta(seconds=30)
        unread = Order.objects.filter(host=host.alias, read_at=None, changed_at__lt=late)
        references = dict.fromkeys(unread.values_list("reference", flat=True))
        try:
            references |= dict.fromkeys(host.changed_since(since))
        except (OrderStatusError, DatabaseError):
            logger.exception("%s could not say what changed", host.alias)
        taken += _take_each((host.alias, reference) for reference in references)
        taken += _compare(host)
        _keep_links(host, since)
    if follow.missed():
        wake.wake("polls", POLLS)
    stalled.tell()
    cleaning.clean()
    kept.clean()
    import_run.clean()
    return taken


def _compare(host: Host) -> int:
    """Hold some open orders against the host, those first that waited longest; return how many had changed unheard."""
    if not host.compared_at_once:
        return 0
    rows = Order.objects.filter(
        host=host.alias,
        delivered_at__isnull=True,
        closed_at__isnull=True,
        erased_at__isnull=True,
        read_at__isnull=False,
    ).order_by("compared_at")[: host.compared_at_once]
    digests = dict(rows.values_list("reference", "snapshot_digest"))
    changed = []
    try:
        for reference, said in host.read_many(list(digests)):
            if not isinstance(said, Exception) and snapshot.digest(said) != digests[reference]:
                changed.append(reference)
    except (OrderStatusError, DatabaseError):
        logger.exception("%s could not be compared with", host.alias)
    Order.objects.filter(host=host.alias, reference__in=digests).update(compared_at=timezone.now())
    return _take_each((host.alias, reference) for reference in changed)


@spans.traced("retain")
def retain() -> str:
    """Let go what has been kept long enough; return what was done."""
    wake.begin("retention")
    end = time.monotonic() + RETAINING
    expired = intake_privacy.expire(end=end)
    webhooks.clean(conf.retention("webhooks"), end=end)
    report = retention.run(end=end)
    if not report.is_complete:
        wake.wake("retention", RETAIN)
    return f"{report}, webhooks' bodies erased: {expired}"
