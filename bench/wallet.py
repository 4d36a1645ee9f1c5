"""The wallet: what one order's signed file costs, in every language that the shop has."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from order_status_plugin.tracking.models import Order
from order_status_plugin.wallet import issuers
from order_status_plugin.wallet.package import package
from tests.wallet.ca import BACKEND, Authority

from .rows import Row, absolute

#: As a shop of the whole of Europe has them.
LANGUAGES = ["en", "fr", "de", "es", "it", "nl", "pl", "pt-br", "ar", "ja"]
TIMES = 40
#: With the rows of an order read once for all languages.
MOST_QUERIES = 8
MOST = 25


def wallet(order: Order) -> Iterator[Row]:
    """Measure the file of an order of three parcels, signed by an authority of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        channel = {"BACKEND": BACKEND, "OPTIONS": Authority(Path(folder)).options()}
        plugin = {**settings.ORDER_STATUS, "CHANNELS": {**settings.ORDER_STATUS.get("CHANNELS", {}), "wallet": channel}}
        with override_settings(ORDER_STATUS=plugin, LANGUAGES=[(code, code) for code in LANGUAGES]):
            yield from _measured(order)


def _measured(order: Order) -> Iterator[Row]:
    issuer = issuers.find("wallet")
    if issuer is None:
        raise RuntimeError("The test authority's files sign nothing.")
    size = len(package(order, "wallet", issuer))
    taken = []
    for _ in range(TIMES):
        began = time.process_time()
        package(order, "wallet", issuer)
        taken.append(time.process_time() - began)
    name = f"messages: wallet package, {len(LANGUAGES)} languages"
    yield absolute(name, median(taken) * 1000, "ms of CPU", at_most=MOST)
    with CaptureQueriesContext(connection) as captured:
        package(order, "wallet", issuer)
    yield absolute(f"{name}: queries", len(captured), "queries", at_most=MOST_QUERIES)
    yield absolute(f"{name}: weight", size, "bytes")
