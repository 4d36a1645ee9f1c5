"""A shop that calls the push API."""

from __future__ import annotations

from tests.projects.pushed import *  # noqa: F403
from tests.projects.pushed import with_host

ORDER_STATUS = with_host("push", {"BACKEND": "order_status_plugin.hosts.push.PushHost"})
