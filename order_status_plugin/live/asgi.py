"""The stream's place in the shop's ``asgi.py``::

from order_status_plugin.live.asgi import wrap

application = wrap(get_asgi_application())
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def wrap(django_app: Application) -> Application:
    """Return an application that serves our streams itself and hands all else to Django, untouched."""
    # Only now: this file is imported before get_asgi_application() has set Django up.
    from .serve import answer, link_asked_for

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        link = link_asked_for(scope) if scope["type"] == "http" else None
        if link is None:
            await django_app(scope, receive, send)
            return
        stream = await answer(link, scope, send)
        del link  # nothing of the request is kept while the stream is open
        if stream is not None:
            await stream.hold(receive, send)

    return application
