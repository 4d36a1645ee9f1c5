"""What signs the demo's orders for Apple Wallet: made up once, kept in ``var``. No device trusts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from order_status_plugin.testing.certificates import issue

ORDER_TYPE = "order.example.demo"
#: Its name says what it is, wherever somebody looks at it.
NAME = "DEMO ONLY, trusted by nobody"


def options(var: Path) -> dict[str, Any]:
    """Return the options of the demo's wallet channel; its four files are made when one is missing."""
    folder = var / "wallet"
    names = ("demo-root.pem", "demo-intermediate.pem", "demo-order.pem", "demo-order.key")
    root, intermediate, order, key = (folder / name for name in names)
    if not all(path.exists() for path in (root, intermediate, order, key)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        top = issue(f"Root, {NAME}", is_ca=True)
        middle = issue(f"Intermediate, {NAME}", top, is_ca=True)
        shop = issue(f"{ORDER_TYPE}, {NAME}", middle, user_id=ORDER_TYPE)
        for path, content in ((root, top.pem()), (intermediate, middle.pem()), (order, shop.pem())):
            path.write_bytes(content)
        key.touch(mode=0o600)
        key.write_bytes(shop.key_pem())
    return {
        "order_type": ORDER_TYPE,
        "merchant": "merchant.example.demo",
        "certificate": order,
        "private_key": key,
        "wwdr_certificate": intermediate,
        # Apple knows none of these: nobody is asked.
        "endpoint": "https://127.0.0.1:9",
    }
