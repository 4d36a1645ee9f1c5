"""One relay: imports the shop, waits for its start, empties the outbox, and prints the CPU that it took."""

from __future__ import annotations

import os
import sys
import time


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django
    from django.conf import settings

    port = int(sys.argv[1])
    settings.ORDER_STATUS |= {
        "MESSAGES": True,
        "CHANNELS": {"email": {"BACKEND": "order_status_plugin.channels.email.EmailChannel"}},
    }
    if django.VERSION >= (6, 1):
        options = {"host": "127.0.0.1", "port": port}
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    else:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    django.setup()
    from order_status_plugin.messages import relay

    print("ready", flush=True)
    sys.stdin.readline()
    began = time.process_time()
    while relay.drain(10_000, seconds=3600):
        pass
    print(time.process_time() - began, flush=True)


if __name__ == "__main__":
    main()
