"""The shop's name, as its customers know it."""

from __future__ import annotations

from django.conf import settings

from ..access.site import site_of
from ..conf import conf
from ..tracking.models import Order


def shop_name(order: Order) -> str:
    """Return the setting, else the name of the order's Wagtail Site, else of the default one."""
    if conf.SHOP_NAME:
        return str(conf.SHOP_NAME)
    site = site_of(order)
    named = (site.site_name if site else "") or getattr(settings, "WAGTAIL_SITE_NAME", "")
    return str(named or (site.hostname if site else ""))
