"""What is shared with a neighbour: named fields, and nothing else."""

from __future__ import annotations

import dataclasses
import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test.utils import CaptureQueriesContext

from order_status_plugin.access.models import ShareLink
from order_status_plugin.events import ParcelStatus
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.model import ShareView
from order_status_plugin.view.share import build_share
from tests.orders import PERSONAL, scan, sent, snapshot, update

pytestmark = pytest.mark.django_db
Scope = ShareLink.Scope


@pytest.fixture(autouse=True)
def _order() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(ParcelStatus.IN_TRANSIT), signed_by="Noor de Vries"))


def text(view: ShareView) -> str:
    return json.dumps(dataclasses.asdict(view), cls=DjangoJSONEncoder, ensure_ascii=False)


def test_the_arrival_alone() -> None:
    view = build_share(Order.objects.get(), Scope.ARRIVAL)
    assert (view.word, view.items) == ("In transit.", ())
    assert [step.state for step in view.rail] == ["done", "now", "todo", "todo"]
    assert "Bowl" not in text(view)


def test_items_by_title_and_quantity() -> None:
    view = build_share(Order.objects.get(), Scope.ITEMS)
    assert [(item.title, item.quantity) for item in view.items] == [("Bowl a", 2), ("Bowl b", 1)]
    assert {(item.details, item.image_url, item.total, item.personal_text) for item in view.items} == {("", "", "", "")}


@pytest.mark.parametrize("scope", Scope)
def test_never_a_price_a_carrier_a_scan_or_anything_personal(scope: ShareLink.Scope, settings) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "PUBLIC_PRICES": True}
    with CaptureQueriesContext(connection) as queries:
        shared = text(build_share(Order.objects.get(), scope))
    for hidden in (*PERSONAL, "12.50", "25.00", "€", "UPS", "COLOGNE", "Cologne", "carrier says"):
        assert hidden not in shared
    asked = " ".join(query["sql"] for query in queries.captured_queries)
    assert "ordercontact" not in asked
    assert "tracking_number" not in asked


def test_a_shop_that_hides_items_hides_them_here(settings) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "PUBLIC_ITEMS": False}
    assert build_share(Order.objects.get(), Scope.ITEMS).items == ()
