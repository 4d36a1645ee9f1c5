"""The shops that we are plugged into: an adapter each, reached by its dotted path alone.

An adapter that keeps rows of its own is a package with ``models``, and with ``privacy`` where they are about an order.
The rest of the house finds those by their name, and knows no shop.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType


def parts(name: str) -> Iterator[tuple[str, ModuleType]]:
    """Yield the adapters that have a module of this name, each with its module. The others are not imported."""
    for folder in __path__:
        for adapter in pkgutil.iter_modules([folder]):
            inside = pkgutil.iter_modules([f"{folder}/{adapter.name}"]) if adapter.ispkg else ()
            if any(module.name == name for module in inside):
                yield adapter.name, import_module(f"{__name__}.{adapter.name}.{name}")
