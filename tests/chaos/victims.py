"""Run by the chaos in a process of its own: forks workers that drain inbox and outbox until they are killed at a point."""

from __future__ import annotations

import gc
import json
import logging
import sys
import time
from typing import Any

from tests.messages.kills import Relay, fork_for_each_line

logger = logging.getLogger(__name__)


class Worker(Relay):
    """Does what tasks do, and can also be killed while it handles what came in."""

    def arm(self) -> None:
        """Make points of the inbox's steps as well."""
        super().arm()
        from order_status_plugin.intake import inbox

        self.around(inbox, "_finished", "before finish", "")
        self.around(inbox, "settle", "", "after finish")
        self.around(inbox, "settle_together", "", "after finish")
        real = inbox.claim

        def claim(*args: Any, **kwargs: Any) -> Any:
            rows = real(*args, **kwargs)
            if rows:
                self.reach("holding the inbox")
            return rows

        inbox.claim = claim

    def run(self) -> None:
        """Work until killed."""
        from django.db import close_old_connections

        from order_status_plugin import flow
        from order_status_plugin.messages import relay

        self.arm()
        while True:
            close_old_connections()
            try:
                if flow.drain_inbox() + relay.drain(seconds=5):
                    continue
            except Exception:
                logger.exception("a task failed")  # as django-q2 does
            time.sleep(0.05)


def main() -> None:
    """Set Django up once, and fork."""
    json.loads(sys.stdin.readline())
    import django

    django.setup()
    from django.core.mail.backends import smtp  # noqa: F401
    from django.db import connections

    from order_status_plugin import flow  # noqa: F401
    from order_status_plugin.messages import relay

    relay.BATCH = relay.LARGEST = 6
    connections.close_all()
    gc.freeze()
    fork_for_each_line(Worker)


if __name__ == "__main__":
    main()
