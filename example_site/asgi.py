"""The shop as one ASGI application."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from order_status_plugin.live.asgi import wrap

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_site.settings")
django_application = get_asgi_application()

from .files import with_files  # noqa: E402 - needs Django's settings

#: The one line of the plugin: open pages hear of changes without keeping a thread each.
application = wrap(with_files(django_application))
