"""What an order's customer may be called."""

from __future__ import annotations

import re

from .marks import form

#: Whatever could be a link, an address or a sum of money is no name: a checkout form can be filled in by anybody.
NO_NAME = re.compile(r"[^\w'’\-]|[\d_]")


@form()
def first_name(name: str) -> str:
    """Return what we may say after "Hello", or "" when we had better say nothing."""
    word = (name.split() or [""])[0].rstrip(",")
    return "" if len(word) > 30 or NO_NAME.search(word) else word
