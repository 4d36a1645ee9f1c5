"""The door's place in the shop's ``wsgi.py``, where webhooks come in floods::

from order_status_plugin.intake.wsgi import wrap

application = wrap(get_wsgi_application())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def wrap(django_app: Application) -> Application:
    """Return an application that takes webhooks in itself and hands all else to Django, untouched.

    A webhook has no session, no user and no cookie that the project's middleware could find. Its view is the same one,
    by the same ``ROOT_URLCONF``.
    """
    # Only now: this file is imported before get_wsgi_application() has set Django up.
    from .straight import HOOK, StraightHandler, find_hook

    straight = cast("Application", StraightHandler())

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        hook = find_hook(environ)
        if hook is None:
            return django_app(environ, start_response)
        return straight(environ | {HOOK: hook}, start_response)

    return application
