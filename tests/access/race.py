"""Run by test_limits in a process of its own: many threads try at once, on the database of DATABASE_URL."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django

THREADS, EACH = 8, 10


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.db import connection

    from order_status_plugin.access import claims, limits
    from order_status_plugin.access.models import AttemptCount, SpentClaim

    with connection.schema_editor() as editor:
        editor.create_model(AttemptCount)
        editor.create_model(SpentClaim)
    claim = claims.read(claims.code_for("shop", "1"))
    barrier = Barrier(THREADS)

    def attack(thread: int) -> tuple[int, int]:
        barrier.wait()
        spent = claims.spend(claim)
        # Each from its own address with its own email, alternately at two orders: only those may hold them up.
        asked = [
            limits.identification([f"order:{number % 2}"], f"{thread}@example.org", f"192.0.2.{thread}")
            for number in range(EACH)
        ]
        taken = sum(map(limits.take, asked))
        connection.close()
        return taken, spent

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(attack, range(THREADS)))
    counts = dict(AttemptCount.objects.filter(window="life").values_list("key", "count"))
    sys.stdout.write(
        f"{sum(taken for taken, _ in results)} {sorted(counts.values())} {sum(spent for _, spent in results)}"
    )


if __name__ == "__main__":
    main()
