from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from order_status_plugin.events import ParcelStatus
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, Parcel
from tests.orders import scan, sent, snapshot, update

pytestmark = pytest.mark.django_db


def rebuild(*options: str) -> str:
    out = io.StringIO()
    call_command("order_status_rebuild", *options, stdout=out)
    return out.getvalue()


def delivered() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(ParcelStatus.OUT_FOR_DELIVERY), scan(ParcelStatus.DELIVERED, 5)))


def test_a_house_in_order_differs_in_nothing() -> None:
    delivered()
    assert "1 orders folded again, 0 differ." in rebuild()


def test_what_differs_is_named_and_left_alone_until_asked() -> None:
    delivered()
    Parcel.objects.update(status="in_transit")
    Order.objects.update(headline="in_transit")
    with pytest.raises(CommandError, match="--apply"):
        rebuild()
    assert Order.objects.get().headline == "in_transit"
    out = rebuild("--apply")
    assert "in_transit → delivered" in out
    assert (Order.objects.get().headline, Parcel.objects.get().status) == ("delivered", "delivered")
    assert "0 differ" in rebuild()
