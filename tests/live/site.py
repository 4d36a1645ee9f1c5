"""The bare project as servers run it: ``plain``, ``wrapped`` and ``wsgi``."""

from __future__ import annotations

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from order_status_plugin.live.asgi import wrap

plain = get_asgi_application()
wsgi = get_wsgi_application()
wrapped = wrap(plain)
