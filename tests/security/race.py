"""Run by test_concurrency: one of several processes in which many try at once to identify, over HTTP's own code."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import django


def main() -> None:
    number, attempts, begin, link, right, email = sys.argv[1:7]
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.db import connection
    from django.test import Client

    def attempt(each: int) -> int:
        time.sleep(max(0.0, float(begin) - time.time()))
        try:
            # Every one from an address and with an email of its own: only the order's own limit can stop them.
            address = f"10.{number}.0.{each + 1}"
            typed = f"{number}-{each}@example.org" if right == "-" else email
            answer = Client().post(
                f"/orders/{link}/identify/",
                {"number": "TS-20418" if right == "-" else right, "email": typed},
                secure=True,
                REMOTE_ADDR=address,
            )
            return answer.status_code
        finally:
            connection.close()

    # Fewer connections than a PostgreSQL has.
    with ThreadPoolExecutor(25) as pool:
        sys.stdout.write(" ".join(map(str, pool.map(attempt, range(int(attempts))))))


if __name__ == "__main__":
    main()
