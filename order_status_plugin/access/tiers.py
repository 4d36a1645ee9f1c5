"""What a viewer may see of one order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from ..backends import get_host
from ..events import Tier
from ..exceptions import BackendError
from ..tracking.models import Order, OrderContact
from . import grants, passes
from .models import StaffView

PERMISSION = "order_status_plugin.view_status_page"
#: A page that is open reads itself again; within this time that is one look.
_ONE_LOOK = dt.timedelta(minutes=10)


class Way(StrEnum):
    """How somebody came to see more than the public."""

    NONE = ""
    GRANT = "grant"
    OWNER = "owner"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The tier, and how it was reached. Staff who look "as public" or "as customer" are still staff."""

    tier: Tier
    way: Way


def tier_for(request: HttpRequest, order: Order) -> Tier:
    """Return what this visitor may see of the order. No query for who has neither cookie nor session."""
    return viewer_for(request, order).tier


def viewer_for(request: HttpRequest, order: Order) -> Viewer:
    """Return who is looking: see :func:`tier_for`."""
    user: Any = getattr(request, "user", None)
    is_signed_in = user is not None and user.is_authenticated
    who = user.get_username() if is_signed_in and user.has_perm(PERMISSION) else passes.holder(request, order)
    if who:
        tier = {"public": Tier.PUBLIC, "customer": Tier.PRIVATE}.get(request.GET.get("as", ""), Tier.STAFF)
        log_look(order, who, tier)
        return Viewer(tier, Way.STAFF)
    if grants.holds(request, order):
        return Viewer(Tier.PRIVATE, Way.GRANT)
    if is_signed_in and _is_owner(request, order):
        return Viewer(Tier.PRIVATE, Way.OWNER)
    return Viewer(Tier.PUBLIC, Way.NONE)


def _is_owner(request: HttpRequest, order: Order) -> bool:
    if order.erased_at is not None:
        return False
    reference = OrderContact.objects.filter(order=order).values_list("customer_reference", flat=True).first()
    if not reference:
        return False
    try:
        return get_host(order.host).owns(request, reference)
    except (KeyError, BackendError):  # the host was taken out of the settings: nobody can vouch for anybody
        return False


def log_look(order: Order, user: str, tier: Tier) -> None:
    """Write down that a member of staff looked at an order; within ten minutes it is one look."""
    now = timezone.now()
    look = {"order": order, "user": user[:190], "viewed_as": tier.value}
    if not StaffView.objects.filter(**look, at__gt=now - _ONE_LOOK).exists():
        StaffView.objects.create(**look, at=now)
