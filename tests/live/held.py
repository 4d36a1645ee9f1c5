"""A middleware that tells what its process holds, and touches the database before each stream."""

from __future__ import annotations

import os
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import async_only_middleware


def held() -> dict[str, int]:
    """Count threads, those that look at the database for streams, open streams and open handles on the database file."""
    from order_status_plugin.live import hub

    name = Path(os.environ["LIVE_DATABASE"]).name
    files = [Path(os.readlink(fd)).name for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()]
    return {
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "database_files": files.count(name),
        "lookers": sum(thread.name.startswith("order-status-live") for thread in threading.enumerate()),
        "streams": sum(each.count for each in hub._hubs.values()),
    }


@async_only_middleware
def tell_what_is_held(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    """Answer /held/."""

    async def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/held/":
            return JsonResponse(held())
        if request.path.endswith("/live/"):
            from order_status_plugin.tracking.models import Order

            await Order.objects.acount()
        return await get_response(request)

    return middleware
