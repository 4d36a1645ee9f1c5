"""The shop's name, as its customers know it."""

from __future__ import annotations

from wagtail.models import Site

from ..conf import conf
from ..tracking.models import Order


def shop_name(order: Order) -> str:
    """Return the setting, else the name of the order's Wagtail Site, else of the default one."""
    if conf.SHOP_NAME:
        return str(conf.SHOP_NAME)
    site = order.site or Site.objects.filter(is_default_site=True).first()
    return (site.site_name or site.hostname) if site else ""
