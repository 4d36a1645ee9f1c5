"""What gunicorn serves: webhooks through Django, or, where they ask for it, in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from order_status_plugin.intake.wsgi import wrap

plain = get_wsgi_application()
wrapped = wrap(plain)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve both, so that both are measured in one process."""
    return (wrapped if "HTTP_X_IN_FRONT" in environ else plain)(environ, start_response)
