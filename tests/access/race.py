"""Run by test_limits in a process of its own: many threads try at once, on the database of DATABASE_URL."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django

THREADS, EACH = 8, 20


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.conf import settings
    from django.db import connection

    from order_status_plugin.access import claims, limits
    from order_status_plugin.access.models import AttemptCount, SpentClaim

    if connection.vendor == "sqlite":  # as the embedded default runs, with patience for a busy machine
        connection.settings_dict["OPTIONS"] = {"timeout": 90, "init_command": "PRAGMA journal_mode=WAL"}
    # Only an order's life is to hold them up, so that they meet often before it does.
    names = ("ADDRESS_HOUR", "EMAIL_DAY", "ORDER_HOUR", "ORDER_DAY")
    settings.ORDER_STATUS |= {f"LIMIT_{name}": 1000 for name in names}
    with connection.schema_editor() as editor:
        editor.create_model(AttemptCount)
        editor.create_model(SpentClaim)
    claim = claims.read(claims.code_for("shop", "1"))
    barrier = Barrier(THREADS)

    def attack(thread: int) -> tuple[int, int]:
        barrier.wait()
        spent = claims.spend(claim)
        # Each from its own address with its own email, alternately at two orders.
        asked = [
            limits.identification([f"order:{number % 2}"], f"{thread}@example.org", f"192.0.2.{thread}")
            for number in range(EACH)
        ]
        taken = sum(map(limits.take, asked))
        connection.close()
        return taken, spent

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(attack, range(THREADS)))
    counts = AttemptCount.objects.filter(window=limits.LIFE)
    everybody = sum(AttemptCount.objects.filter(key="all").values_list("count", flat=True))
    lives = sorted(counts.values_list("count", flat=True))
    sys.stdout.write(f"{sum(taken for taken, _ in results)} {lives} {everybody} {sum(spent for _, spent in results)}")


if __name__ == "__main__":
    main()
