"""What the manual says about looks is so: the table of properties, and the templates that it shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import order_status_plugin
from order_status_plugin.access.links import order_path
from order_status_plugin.cms.fonts import CORNERS, FONTS
from order_status_plugin.tracking.models import Order
from tests.access.orders import placed
from tests.cms.brands import brand

PACKAGE = Path(order_status_plugin.__file__).parent
MANUAL = (PACKAGE.parent / "docs" / "theming.md").read_text()
CSS = (PACKAGE / "static/order_status_plugin/status.css").read_text()


def declared(start: int) -> dict[str, str]:
    first = CSS.index(":where(.os) {", start)
    return dict(re.findall(r"(--os-[\w-]+): ([^;]+);", CSS[first : CSS.index("}", first)]))


def test_every_property_is_in_the_table_with_its_values() -> None:
    light, dark = declared(0), declared(CSS.index("prefers-color-scheme: dark"))
    rows = re.findall(r"^\| `(--os-[\w-]+)` \| (.+?) \| (.+?) \| .+ \|$", MANUAL, re.MULTILINE)
    assert [name for name, *_ in rows] == list(light)
    for name, by_day, by_night in rows:
        assert by_day == f"`{light[name]}`" or name == "--os-font", name
        assert by_night == (f"`{dark[name]}`" if name in dark else "the same"), name


def test_tables_are_as_long_as_the_manual_says() -> None:
    assert (len(FONTS), len(CORNERS)) == (6, 3)
    assert "one of six stacks" in MANUAL


@pytest.fixture
def order(db: None) -> Order:
    return placed()


@pytest.fixture
def write(settings: Any, tmp_path: Path) -> Any:
    """Return a function that puts a template of the manual where its first line says."""

    def put(name: str) -> None:
        (example,) = re.findall(
            rf"^```html\n{{# templates/{re.escape(name)} #}}\n(.*?)^```", MANUAL, re.MULTILINE | re.DOTALL
        )
        target = tmp_path / name
        target.parent.mkdir(parents=True)
        target.write_text(example)

    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    return put


def page(order: Order) -> str:
    return Client().get(order_path(order)).content.decode()


def test_the_smallest_part_is_replaced(order: Order, write: Any) -> None:
    brand(help_url="https://help.example/", contact_phone="+351 21 123", contact_email="a@shop.example")
    write("order_status_plugin/page/reach.html")
    foot = page(order).partition("<footer")[2]
    assert '<a href="/returns/">Returns</a>' in foot
    assert '<a href="https://help.example/">Help pages</a>' in foot
    assert '<a href="tel:+35121123">+351 21 123</a>' in foot
    assert "mailto:" not in foot


def test_a_template_extends_the_one_that_it_replaces(order: Order, write: Any) -> None:
    write("order_status_plugin/page/base.html")
    found = page(order)
    head = found.partition("</head>")[0]
    assert head.index("order_status_plugin/status.css") < head.index(
        '<link rel="stylesheet" href="/static/shop/orders.css">'
    )
    assert '<main class="os" id="order"' in found


def test_the_page_stands_in_the_shops_own_frame(order: Order, write: Any, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_TEMPLATE": "shop/frame.html"}
    brand(help_url="https://help.example/", contact_email="a@shop.example")
    write("shop/frame.html")
    found = page(order)
    assert '<footer><a href="https://help.example/">Help</a> a@shop.example</footer>' in found
    assert found.count("<main") == 1
    assert "/orders/style/" in found
