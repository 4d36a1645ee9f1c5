"""Parcels to wait for: one order each, the address of its stream and page, and the webhooks that tell of it, as JSON.

``python -m bench.parcels 1000 150`` makes a thousand and webhooks for the first 150, in the database of ``DATABASE_URL``.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import sys
from dataclasses import dataclass
from typing import Any

#: Webhooks of each parcel, one scan more in each.
SCANS = 9


@dataclass(frozen=True)
class Waiting:
    """An order whose page is open."""

    stream: str
    page: str
    posts: tuple[tuple[bytes, dict[str, str]], ...]

    def request(self, number: int, port: int) -> bytes:
        """Return one of its webhooks as it goes over the wire."""
        body, headers = self.posts[number]
        lines = ["POST /orders/hooks/aftership/ HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(body)}", *(f"{name}: {said}" for name, said in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body


def read(text: str) -> list[Waiting]:
    """Return what such a process printed."""
    return [
        Waiting(
            entry["stream"],
            entry["page"],
            tuple((base64.b64decode(body), headers) for body, headers in entry["posts"]),
        )
        for entry in json.loads(text)
    ]


def main() -> None:
    """Make the tables where there are none, and the orders."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from order_status_plugin.tracking.models import Order

    from .shop import wagtail_site

    if Order._meta.db_table not in connection.introspection.table_names():
        call_command("migrate", run_syncdb=True, verbosity=0)
        wagtail_site()
    count, told = int(sys.argv[1]), int(sys.argv[2])
    print(json.dumps([_made(number, has_posts=number < told) for number in range(count)]))


def _made(number: int, *, has_posts: bool) -> dict[str, Any]:
    from order_status_plugin.access.links import link_for, order_path
    from order_status_plugin.simulator.providers.aftership import AfterShipPlay
    from order_status_plugin.tracking import record

    from .shop import with_check_digit
    from .webhooks import SECRET, order_of, update_of

    tracking_number = with_check_digit(f"1Z999AA2{number:07d}")
    order = record.order("sizes", order_of(f"waits-{number}", tracking_number), is_import=True)
    play, posts = AfterShipPlay(), []
    start = dt.datetime.now(dt.UTC).replace(microsecond=0, tzinfo=None) - dt.timedelta(hours=SCANS + 1)
    for scans in range(1, SCANS + 1) if has_posts else ():
        body = play.body(update_of(tracking_number, start, scans), f"waits-{number}-{scans}")
        posts.append((base64.b64encode(body).decode(), dict(play.headers(body, SECRET))))
    return {
        "stream": f"/orders/{link_for(order)}/live/?v={order.version}",
        "page": order_path(order),
        "posts": posts,
    }


if __name__ == "__main__":
    main()
