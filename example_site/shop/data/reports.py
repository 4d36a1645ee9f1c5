"""What the carriers said of the demo's parcels, told by their providers over the wire, in the words of each."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable

from django.conf import settings
from oscar.core.loading import get_model

from order_status_plugin import flow
from order_status_plugin.backends import get_source
from order_status_plugin.carriers import catalogue
from order_status_plugin.events import DeliveryWindow, TrackingUpdate
from order_status_plugin.exceptions import OrderStatusError
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.simulator.play import scan
from order_status_plugin.simulator.providers import play_for
from order_status_plugin.simulator.scenarios import Scan
from order_status_plugin.sources.base import Webhook
from order_status_plugin.testing.provider import Provider
from order_status_plugin.tracking.models import Parcel

from ..providers import Remembered, answer
from .orders import ORDERS
from .telling import Seen, Tracked, moment


def report(say: Callable[[str], object]) -> None:
    """Let each source tell of each scan, as it would have then. What was told already is left alone."""
    with Provider(answer, port=settings.PORT):
        for demo in ORDERS:
            order = get_model("order", "Order").objects.get(number=demo.number)
            for parcel in (parcel for sending in demo.sendings for parcel in sending.parcels):
                row = Parcel.objects.select_related("order", "fulfillment").get(
                    order__host="shop", order__reference=order.pk, tracking_number=parcel.number
                )
                if not parcel.seen or row.events.exists():
                    continue
                if parcel.source and row.source != parcel.source:
                    # It was this source's before the shop had another one for the same carrier.
                    row.source = parcel.source
                    row.save(update_fields=["source"])
                for length in range(1, len(parcel.seen) + 1):
                    _tell(row, _update(parcel, parcel.seen[:length], row, order.date_placed))
                say(f"  {row.source} told of {parcel.carrier} {parcel.number}")


def _tell(row: Parcel, update: TrackingUpdate) -> None:
    """Have a source hear this: as a webhook where it is pushed to and believed, else as an answer."""
    source = get_source(row.source)
    play = play_for(source)
    if play is None:
        raise OrderStatusError(f"Nobody speaks as the provider of {row.source!r}.")
    Remembered.keep(row.source, update)
    if source.is_asked():
        flow.ask(row.source, [row])
    else:
        secret = source.secrets()[0]
        body = play.body(update, f"demo-{update.tracking_number}-{len(update.scans)}")
        headers = {name.lower(): value for name, value in play.headers(body, secret).items()}
        webhook = Webhook(body=body, headers=headers, secret="" if headers else secret)
        source.verify(webhook)
        message, _ = inbox.store(row.source, webhook, source)
        inbox.settle(message, flow.handle_message)
    failed = InboxMessage.objects.filter(alias=row.source).exclude(state=InboxMessage.State.HANDLED).first()
    if failed is not None:
        raise OrderStatusError(f"What {row.source} told of {update.tracking_number} was not applied: {failed.reason}")


def _update(parcel: Tracked, seen: tuple[Seen, ...], row: Parcel, placed: dt.datetime) -> TrackingUpdate:
    """Return what is known of a parcel after these scans."""
    scans = tuple(
        scan(
            Scan(status=one.status, overlay=one.overlay, message=one.message),
            one.stop,
            moment(placed, one.day, one.clock, zoneinfo.ZoneInfo(one.stop.zone)),
        )
        for one in seen
    )
    last, window = seen[-1], None
    stated = next((one for one in reversed(seen) if one.due is not None), None)
    if stated is not None and stated.due is not None:
        due = moment(placed, stated.due, "12:00").date()
        at = moment(placed, stated.day, stated.clock, zoneinfo.ZoneInfo(stated.stop.zone)) + dt.timedelta(minutes=4)
        window = DeliveryWindow(earliest=due, latest=due, stated_at=at, reason=stated.reason)
    found = catalogue.find(parcel.carrier)
    return TrackingUpdate(
        tracking_number=parcel.number,
        carrier=found.slug if found else row.carrier,
        scans=scans,
        window=window,
        next_step=last.next_step,
        pickup_place=last.pickup_place,
        pickup_hours=last.pickup_hours,
        signed_by=last.signed_by,
        left_at=last.left_at,
    )
