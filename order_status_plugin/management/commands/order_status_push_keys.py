"""Make the key that web push is signed with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string


class Command(BaseCommand):
    """``order_status_push_keys``. Once for a shop: devices subscribe with it."""

    help = "Prints a new VAPID key pair for a web push channel. Nothing is kept of it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the private key, which is a secret, and the public one."""
        try:
            private, public = import_string("order_status_plugin.channels.webpush.make_key")()
        except ImportError as error:
            raise CommandError("pip install 'order-status-plugin[push]'") from error
        self.stdout.write(f"private key  {private}")
        self.stdout.write(f"public key   {public}")
        self.stdout.write("The private one is a secret of the shop's: give it to OPTIONS['private_keys'] from there.")
