"""Static and uploaded files, as a web server in front of Django would serve them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles

Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def with_files(application: Application) -> Application:
    """Answer what lies below STATIC_URL and MEDIA_URL; pass on the rest."""
    folders = {
        settings.STATIC_URL: StaticFiles(directory=settings.STATIC_ROOT, check_dir=False),
        settings.MEDIA_URL: StaticFiles(directory=settings.MEDIA_ROOT, check_dir=False),
    }

    async def serve(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            for prefix, files in folders.items():
                if scope["path"].startswith(prefix):
                    below = {**scope, "root_path": scope.get("root_path", "") + prefix.rstrip("/")}
                    try:
                        await files(below, receive, send)
                    except HTTPException as error:
                        await PlainTextResponse(error.detail, status_code=error.status_code)(scope, receive, send)
                    return
        await application(scope, receive, send)

    return serve
