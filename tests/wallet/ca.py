"""A certificate authority of our own in the place of Apple's: root, intermediate, and what they issue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from order_status_plugin.testing.certificates import YEAR as YEAR
from order_status_plugin.testing.certificates import Party as Party
from order_status_plugin.testing.certificates import issue as issue

ORDER_TYPE = "order.example.shop"
MERCHANT = "merchant.example.shop"
BACKEND = "order_status_plugin.channels.wallet.WalletChannel"


class Authority:
    """The chain, and the files of a shop that had a certificate issued."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = issue("Test Root", is_ca=True)
        self.intermediate = issue("Test WWDR", self.root, is_ca=True)
        self.shop = issue(f"Order Type ID: {ORDER_TYPE}", self.intermediate, user_id=ORDER_TYPE)
        self.apple = issue("push", self.root, address="127.0.0.1")
        self.write("root.pem", self.root.pem())

    def write(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def options(self, shop: Party | None = None, **more: Any) -> dict[str, Any]:
        """Return the OPTIONS of a shop, in files of their own."""
        who = shop or self.shop
        stem = f"{who.certificate.serial_number:x}"
        return {
            "order_type": ORDER_TYPE,
            "merchant": MERCHANT,
            "certificate": self.write(f"{stem}.pem", who.pem()),
            "private_key": self.write(f"{stem}.key", who.key_pem()),
            "wwdr_certificate": self.write("wwdr.pem", self.intermediate.pem()),
            **more,
        }
