"""Several processes that write at once. A new process imports this first: nothing of Django before it is set up."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .make import Shop

#: The writer of this process.
_own: list[Any] = []


def write(shop: Shop, processes: int) -> Iterator[tuple[int, int]]:
    """Write a shop's orders; yield of each batch how many it is about, and how many of them were missing."""
    from .write import Writer, batches

    if processes == 1:
        writer = Writer(shop)
        for numbers in batches(shop):
            yield len(numbers), writer.write(numbers)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (pickle.dumps(shop),)) as pool:
        left = batches(shop)
        running = {pool.submit(_write, numbers): len(numbers) for numbers in islice(left, 2 * processes)}
        while running:
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(done), done.result()
                running |= {pool.submit(_write, numbers): len(numbers) for numbers in islice(left, 1)}


def _begin(shop: bytes) -> None:
    import django

    django.setup()
    from .write import Writer

    _own.append(Writer(pickle.loads(shop)))  # noqa: S301 - it comes from the process that started this one


def _write(numbers: range) -> int:
    (writer,) = _own
    count: int = writer.write(numbers)
    return count
