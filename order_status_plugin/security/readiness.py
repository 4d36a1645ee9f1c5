"""Is this installation ready? The facts that health knows, and what the system checks say, on one screen."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import checks
from django.db import DatabaseError
from django.urls import NoReverseMatch, reverse

from ..api.health import readiness as health
from ..conf import conf
from ..tracking.models import Order


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
    found = [message for message in checks.run_checks() if str(message.id or "").startswith("order_status.")]
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
    except DatabaseError as error:
        return [Fact("database", f"does not answer, or is not migrated: {error}", is_well=False)]
    waits = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in state.items() if value is not None)
    facts = [Fact("orders", str(orders)), *(Fact("running", reason, is_well=False) for reason in reasons)]
    return [*facts, Fact("seconds", waits or "nothing waits")]
