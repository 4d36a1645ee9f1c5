"""Give back the thread that Django keeps for each request under ASGI, and what was opened on it."""

from __future__ import annotations

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections


async def release_thread() -> None:
    """End the running request's own thread: an open stream does not need it. Later work of it gets a fresh one.

    Django's handler runs each request in a ``ThreadSensitiveContext`` of asgiref, which keeps one thread until the
    response ends. The two names used here are no public interface: where they are missing, the thread stays.
    """
    context = getattr(SyncToAsync, "thread_sensitive_context", None)
    executors = getattr(SyncToAsync, "context_to_thread_executor", None)
    here = context.get(None) if context is not None else None
    if here is None or executors is None or here not in executors:
        return
    # First on that very thread: a connection that its thread leaves open stays open until the garbage is collected.
    await sync_to_async(_close_connections)()
    executor = executors.pop(here, None)
    if executor is not None:
        executor.shutdown(wait=False)


def _close_connections() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
