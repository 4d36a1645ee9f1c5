"""Is this installation ready? The facts that health knows, and what the system checks say, on one screen."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import checks
from django.db import DatabaseError, connections
from django.db.models import Count, Value
from django.db.models.functions import Coalesce, Left, NullIf
from django.urls import NoReverseMatch, reverse

from ..api.health import readiness as health
from ..conf import conf
from ..keys import ring
from ..messages.suppression import Suppression
from ..tracking.models import Order, OrderContact


@dataclass(frozen=True)
class Fact:
    """One line."""

    about: str
    says: str
    is_well: bool = True


def look() -> list[Fact]:
    """Return the facts, most basic first."""
    return [*_settings(), *_backends(), *_running()]


def _settings() -> list[Fact]:
    try:
        said = checks.run_checks(databases=list(connections))
    except DatabaseError:
        said = checks.run_checks()
    found = [message for message in said if str(message.id or "").startswith("order_status.")]
    facts = [Fact(str(message.id), str(message.msg), is_well=False) for message in found if not message.is_silenced()]
    return facts or [Fact("settings", "every check is content")]


def _backends() -> list[Fact]:
    facts = [
        Fact(name.lower(), ", ".join(getattr(conf, name)) or "none", is_well=bool(getattr(conf, name)))
        for name in ("HOSTS", "SOURCES", "CHANNELS")
    ]
    try:
        facts.append(Fact("address", reverse("order_status:lookup")))
    except NoReverseMatch:
        facts.append(Fact("address", "order_status_plugin.urls is not included", is_well=False))
    return facts


def _running() -> list[Fact]:
    try:
        state, reasons = health()
        orders = Order.objects.count()
        keys = _keys()
    except DatabaseError as error:
        return [Fact("database", f"does not answer, or is not migrated: {error}", is_well=False)]
    waits = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in state.items() if value is not None)
    facts = [Fact("orders", str(orders)), *(Fact("running", reason, is_well=False) for reason in reasons)]
    return [*facts, *keys, Fact("seconds", waits or "nothing waits")]


def _keys() -> list[Fact]:
    """Say which secrets are still needed: a retired one may go when no order hangs on it, and no STOP.

    Links are stored nowhere, but the digest of the email (or phone) that an order was placed with names the key of
    that day, and so does that of an address that nothing is sent to.
    """
    digest = Coalesce(NullIf("checkout_email_digest", Value("")), "checkout_phone_digest")
    orders = OrderContact.objects.annotate(key=Left(digest, 4)).exclude(key="").order_by()
    counts = dict(orders.values_list("key").annotate(count=Count("pk")))
    against = Suppression.objects.filter(lifted_at=None).annotate(key=Left("recipient_digest", 4)).order_by()
    stopped = dict(against.values_list("key").annotate(count=Count("pk")))
    facts = []
    for place, key in enumerate(ring(), start=1):
        count, stops = (found.pop(f"{key.number:04x}", 0) for found in (counts, stopped))
        says = "signs" if place == 1 else "retired; still needed" if count or stops else "retired; it may go"
        also = f"; addresses that nothing is sent to: {stops}" if stops else ""
        facts.append(Fact(f"key {place}", f"{says} (orders placed under it: {count}{also})"))
    lost = sum(counts.values())
    if lost:
        says = f"{lost} orders were placed under a secret that is gone: neither link nor number and email opens them"
        facts.append(Fact("keys", says, is_well=False))
    if forgotten := sum(stopped.values()):
        says = f"{forgotten} addresses that nothing is to be sent to are kept under a secret that is gone: nobody knows them"
        facts.append(Fact("keys", says, is_well=False))
    return facts
