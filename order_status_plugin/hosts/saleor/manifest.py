"""The app's manifest, as Saleor's dashboard reads it when somebody installs us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ... import __version__
from ..base import AppAddresses
from .webhooks import WEBHOOKS

APP_ID = "order-status-plugin"
PERMISSION = "MANAGE_ORDERS"
#: The first whose dashboard opens a tab or fills a widget by a form with its token.
_TABS_SINCE = (3, 22)


def manifest(addresses: AppAddresses, schema_version: str) -> dict[str, Any]:
    """Return the manifest for the Saleor that asks, by its ``Saleor-Schema-Version`` ("" where it says none)."""
    return {
        "id": APP_ID,
        "name": "Order status page",
        "about": "Gives every order a page on which its customer sees where it is.",
        "version": __version__,
        "author": "The order_status_plugin developers",
        "permissions": [PERMISSION],
        "requiredSaleorVersion": ">=3.21 <4",
        "appUrl": addresses.page,
        "tokenTargetUrl": addresses.register,
        "webhooks": [webhook.manifest(addresses.hook) for webhook in WEBHOOKS],
        "extensions": _extensions(addresses, schema_version),
    }


def _extensions(addresses: AppAddresses, schema_version: str) -> list[Mapping[str, Any]]:
    action = {
        "label": "View order status page",
        "mount": "ORDER_DETAILS_MORE_ACTIONS",
        "permissions": [PERMISSION],
    }
    found = re.match(r"(\d+)\.(\d+)", schema_version)
    if found and (int(found[1]), int(found[2])) < _TABS_SINCE:
        return [{**action, "target": "POPUP", "url": addresses.popup}]
    return [
        {**action, "target": "NEW_TAB", "url": addresses.open, "options": {"newTabTarget": {"method": "POST"}}},
        {
            "label": "Order status page",
            "mount": "ORDER_DETAILS_WIDGETS",
            "target": "WIDGET",
            "permissions": [PERMISSION],
            "url": addresses.widget,
            "options": {"widgetTarget": {"method": "POST"}},
        },
    ]
