"""What the demo tells scripts and people once it is ready: demo.json, and a table."""

from __future__ import annotations

import json
import os
from typing import Any

from django.conf import settings
from django.urls import reverse
from oscar.core.loading import get_model
from wagtail.models import Locale

from order_status_plugin.access import api_keys
from order_status_plugin.access.audit import SYSTEM
from order_status_plugin.access.links import order_path
from order_status_plugin.backends import get_source
from order_status_plugin.carriers import catalogue
from order_status_plugin.events import Tier
from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.simulator.providers import play_for
from order_status_plugin.tracking.models import Order, OrderContact, Parcel
from order_status_plugin.view.build import build

from .secret_store import secret_env
from .shop.data.load import STAFF
from .shop.data.orders import ORDERS


def write_facts(base_url: str, password: str) -> dict[str, Any]:
    """Write demo.json, whole or not at all; return what stands in it."""
    facts = {
        "base_url": base_url,
        "wagtail_admin": base_url + reverse("wagtailadmin_home"),
        "host_admin": base_url + reverse("dashboard:order-list"),
        "status_page_edit_url": base_url + _status_page_edit_path(),
        "staff": {"username": STAFF, "password": password},
        "mail_dir": str(settings.EMAIL_FOLDER),
        "sms_dir": str(settings.SMS_FOLDER),
        "sources": [
            {
                "alias": alias,
                "backend": entry["BACKEND"],
                "url": base_url + reverse("order_status:hook", kwargs={"alias": alias}),
                "secret_env": secret_env(alias),
            }
            for alias, entry in settings.ORDER_STATUS["SOURCES"].items()
            if entry.get("OPTIONS", {}).get("secrets")
        ],
        "asked_sources": [
            {"alias": alias, "backend": entry["BACKEND"], "asked_at": entry["OPTIONS"]["url"]}
            for alias, entry in settings.ORDER_STATUS["SOURCES"].items()
            if entry.get("OPTIONS", {}).get("url")
        ],
        "api_key": _api_key(),
        "metrics": {
            "url": base_url + reverse("order_status:metrics"),
            "token": settings.ORDER_STATUS["METRICS_TOKENS"][0],
        },
        "orders": [_order(base_url, demo.number, demo.scenario) for demo in ORDERS],
    }
    path = settings.VAR / "demo.json"
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(facts, ensure_ascii=False, indent=2))
    draft.replace(path)
    return facts


def _api_key() -> str:
    """Return a key of the push API for the shop ``push``: the one of the last start, while it works."""
    path = settings.VAR / "demo.json"
    last: str = json.loads(path.read_text()).get("api_key", "") if path.exists() else ""
    if last and api_keys.find(last):
        return last
    return api_keys.make("push", "demo", api_keys.Scope.values, actor=SYSTEM)[1]


def _status_page_edit_path() -> str:
    """Return where the editor edits the order status page."""
    return reverse("wagtailadmin_pages:edit", args=[OrderStatusPage.objects.get(locale=Locale.get_default()).pk])


def _order(base_url: str, number: str, scenario: str) -> dict[str, Any]:
    reference = get_model("order", "Order").objects.get(number=number).pk
    order = Order.objects.get(host="shop", reference=reference)
    contact = OrderContact.objects.get(order=order)
    return {
        "host": order.host,
        "number": order.number,
        "email": contact.email,
        "phone": contact.phone,
        "locale": order.locale,
        "link": base_url + order_path(order),
        "scenario": scenario,
        "personal": _personal(order, contact),
        "parcels": [_parcel(parcel) for parcel in order.parcels.filter(is_withdrawn=False)],
    }


def _personal(order: Order, contact: OrderContact) -> list[str]:
    """Return name, street, postcode and payment as the private page prints them."""
    private = build(order, Tier.PRIVATE).private
    if private is None:
        return []
    address = contact.shipping_address or contact.billing_address
    texts = [contact.name, *(address.get("lines") or ())[:1], address.get("postcode") or "", private.payment]
    printed = "\n".join((*private.deliver_to, *private.bill_to, private.payment))
    return [text for text in texts if text and text in printed]


def _parcel(parcel: Parcel) -> dict[str, Any]:
    carrier = catalogue.get(parcel.carrier)
    play = play_for(get_source(parcel.source)) if parcel.source else None
    return {
        "carrier": parcel.carrier or (carrier.name if carrier else parcel.carrier_text),
        "carrier_name_at_source": (play.carrier_name(parcel.carrier) or None) if play else None,
        "tracking_number": parcel.tracking_number,
        "source": parcel.source or None,
    }


def table(facts: dict[str, Any]) -> str:
    """Return the orders, one a line, and the ways in."""
    widest = max(len(demo.tells) for demo in ORDERS)
    lines = [
        f"{order['number']:<9} {demo.tells:<{widest}} {order['email']:<34} {order['link']}"
        for order, demo in zip(facts["orders"], ORDERS, strict=True)
    ]
    return "\n".join(
        [
            "",
            *lines,
            "",
            f"Staff      {facts['staff']['username']}   password {facts['staff']['password']}",
            f"Dashboard  {facts['host_admin']}",
            f"Wagtail    {facts['wagtail_admin']}",
            f"Mailbox    {facts['base_url']}/mailbox/",
            f"Simulator  {facts['base_url']}/simulator/",
            "",
            "Ctrl-C ends all of it.",
        ]
    )
