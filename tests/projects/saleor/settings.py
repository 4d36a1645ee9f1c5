"""A project whose shop is a Saleor elsewhere: on this machine, and spoken by ``double``, or a real one."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403
from tests.settings import ORDER_STATUS as BASE

#: Where the real one is, for `make test-saleor`; the port of the double changes from test to test.
SALEOR_API_URL = os.environ.get("SALEOR_API_URL", "")
ORDER_STATUS = {
    **BASE,
    "HOSTS": {
        "saleor": {
            "BACKEND": "order_status_plugin.hosts.saleor.SaleorHost",
            "OPTIONS": {"saleor_urls": [SALEOR_API_URL or "http://127.0.0.1:9/graphql/"]},
        }
    },
}
