"""A Shopify shop."""

from __future__ import annotations

from tests.hosts.entries import SHOPIFY as HOST
from tests.projects.pushed import *  # noqa: F403
from tests.projects.pushed import with_host

ORDER_STATUS = with_host("shopify", HOST)
