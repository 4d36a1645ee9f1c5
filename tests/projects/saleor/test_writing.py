"""The link in Saleor's order: once, where it is wanted, and never again because of ourselves."""

from __future__ import annotations

from typing import Any

import pytest

from order_status_plugin import flow
from order_status_plugin.access.audit import CUSTOMER
from order_status_plugin.access.erase import erase
from order_status_plugin.access.links import order_url
from order_status_plugin.backends import get_host
from order_status_plugin.hosts.saleor.models import SaleorLink
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order

from .conftest import options
from .double import Saleor


def test_the_link_goes_into_private_metadata_once(shop: Saleor) -> None:
    reference = shop.place()
    for event in ("order_created", "order_confirmed", "order_updated"):
        shop.send(event, reference)
    url = order_url(Order.objects.get())
    assert shop.written == [
        ("updatePrivateMetadata", {"id": reference, "input": [{"key": "order_status_url", "value": url}]})
    ]
    assert url not in str(SaleorLink.objects.values_list())


def test_public_metadata_and_a_note_only_if_asked(shop: Saleor, settings: Any) -> None:
    options(settings, link_in=["public", "note"])
    reference = shop.place()
    shop.send("order_created", reference)
    shop.send("order_updated", reference)
    assert [name for name, _given in shop.written] == ["updateMetadata", "orderNoteAdd"]
    options(settings, link_in=[])
    shop.send("order_created", shop.place())
    assert len(shop.written) == 2


def test_a_new_link_takes_the_place_of_the_old_one(shop: Saleor) -> None:
    shop.send("order_created", shop.place())
    record.revoke_link(Order.objects.get())
    flow.sweep()
    flow.sweep()
    urls = [given["input"][0]["value"] for _name, given in shop.written]
    assert len(urls) == len(set(urls)) == 2
    assert urls[1] == order_url(Order.objects.get())


@pytest.mark.parametrize("places", [["private"], ["note"]])
def test_what_could_not_be_written_is_tried_again(shop: Saleor, settings: Any, places: list[str]) -> None:
    options(settings, link_in=places)
    write = shop._write
    shop._write = lambda name, given: {name: {"errors": [{"code": "INVALID"}]}}  # type: ignore[method-assign]
    assert shop.send("order_created", shop.place()) == 200, "the order is there all the same"
    shop._write = write  # type: ignore[method-assign]
    flow.sweep()
    assert len(shop.written) == 1


def test_orders_of_an_import_get_theirs_from_the_sweep(shop: Saleor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "LINKS_AT_ONCE", 2)
    made = [shop.place(updatedAt="2020-01-01T00:00:00+00:00") for _ in range(3)]
    for reference in made:
        flow.take_order("saleor", reference, is_import=True)
    assert not shop.written
    flow.sweep()
    assert len(shop.written) == 2
    flow.sweep()
    assert sorted(given["id"] for _name, given in shop.written) == sorted(made)


def test_erasing_forgets_it_and_writes_no_more(shop: Saleor) -> None:
    shop.send("order_created", shop.place())
    erase(Order.objects.get(), CUSTOMER)
    assert not SaleorLink.objects.exists()
    flow.sweep()
    assert len(shop.written) == 1


def test_without_an_installation_nothing_is_written(saleor: Saleor) -> None:
    assert get_host("saleor").keep_link(saleor.place(), "https://shop.example/") is False
    assert not saleor.provider.calls
