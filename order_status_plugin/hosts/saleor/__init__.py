"""Saleor 3.21 to 3.23: we are an app that its dashboard installs.

``host`` is the way in. Saleor's webhooks only name orders; what they are now is read over GraphQL.
"""

from __future__ import annotations

from .host import SaleorHost

__all__ = ["SaleorHost"]
