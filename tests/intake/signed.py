"""Sources of our own for the door, and AfterShip's signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from order_status_plugin.exceptions import UntrustedWebhook
from order_status_plugin.sources.base import Source, Webhook

SECRET = "tests-secret"
URL = "/orders/hooks/aftership/"


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Return the header that AfterShip would send."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"aftership-hmac-sha256": base64.b64encode(digest).decode()}


class Whispering(Source):
    """Cannot sign: its secret stands in the address."""

    kept_headers = ("x-kept",)

    def verify(self, webhook: Webhook) -> None:
        if webhook.secret != "in-the-address":
            raise UntrustedWebhook


class Broken(Source):
    """Fails everywhere, as other people's code may."""

    def verify(self, webhook: Webhook) -> None:
        if webhook.body != b"fine":
            raise RuntimeError("boom")

    def message_key(self, webhook: Webhook) -> str:
        raise RuntimeError("boom")


class LongKeys(Source):
    """Takes everything, and its keys are what nobody can store."""

    def verify(self, webhook: Webhook) -> None:
        pass

    def message_key(self, webhook: Webhook) -> str:
        return "\x00" + webhook.body.decode() * 200


def settings(**sources: Any) -> dict[str, Any]:
    """Return ORDER_STATUS with these sources beside AfterShip."""
    here = "tests.intake.signed"
    return {
        "SOURCES": {
            "aftership": {
                "BACKEND": "order_status_plugin.sources.aftership.AfterShip",
                "OPTIONS": {"secrets": [SECRET, "the-older-secret"]},
            },
            "manual": {"BACKEND": "order_status_plugin.sources.manual.Manual"},
            "whispering": {"BACKEND": f"{here}.Whispering"},
            "broken": {"BACKEND": f"{here}.Broken"},
            "long": {"BACKEND": f"{here}.LongKeys"},
            "missing": {"BACKEND": f"{here}.NoSuchThing"},
        },
        **sources,
    }
