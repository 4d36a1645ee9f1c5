"""What uvicorn serves: our streams in front of Django, or through it."""

from __future__ import annotations

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

from order_status_plugin.live.asgi import wrap

plain = get_asgi_application()
wrapped = wrap(plain)
#: For a browser, which asks for scripts and styles, too.
looked_at = wrap(ASGIStaticFilesHandler(plain))
