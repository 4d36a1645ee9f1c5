"""Run by test_signed on a SQLite file, as the embedded default runs: fifty copies of one delivery of each host at once."""

from __future__ import annotations

import logging
import os
import sys

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.projects.push.settings"
    from django.conf import settings

    settings.DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sys.argv[1],
            "OPTIONS": {
                "timeout": 60,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF",
            },
        }
    }
    django.setup()
    logging.disable(logging.CRITICAL)
    from django.core.management import call_command

    from order_status_plugin.intake.models import InboxMessage
    from order_status_plugin.tracking.models import Order

    from .test_signed import HOSTS, fifty_copies, webhooks

    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": HOSTS}
    call_command("migrate", run_syncdb=True, verbosity=0)
    for host, make in webhooks().items():
        fifty_copies(make)
        Order.objects.all().delete()
        InboxMessage.objects.all().delete()
        sys.stdout.write(f"{host} ")


if __name__ == "__main__":
    main()
