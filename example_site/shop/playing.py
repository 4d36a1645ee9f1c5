"""Scenarios that play in the background of the demo, a few at a time."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import close_old_connections

from order_status_plugin.exceptions import OrderStatusError
from order_status_plugin.simulator.scenarios import Scenario
from order_status_plugin.simulator.tell import CannotPlay, Teller
from order_status_plugin.tracking.models import Order

from .providers import Remembered
from .shipping import OscarSimulator

__all__ = ["SPEEDS", "CannotPlay", "Play", "play", "plays"]

#: How many times faster than life.
SPEEDS = {"calm": 900.0, "brisk": 3600.0, "fast": 14400.0}
AT_ONCE = 4


@dataclass(slots=True)
class Play:
    """One scenario on its way."""

    order: Order
    scenario: Scenario
    said: list[str] = field(default_factory=list)
    future: Future[None] | None = None

    @property
    def is_over(self) -> bool:
        """Say whether it ended, well or not."""
        return self.future is not None and self.future.done()


_pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="simulator")
_plays: list[Play] = []
_lock = threading.Lock()


def plays() -> list[Play]:
    """Return the last ones, newest first."""
    with _lock:
        return list(reversed(_plays[-12:]))


def play(order: Order, scenario: Scenario, speed: float, base_url: str) -> Play:
    """Start a scenario. Raises CannotPlay while too many run, or one for this order."""
    with _lock:
        running = [one for one in _plays if not one.is_over]
        if any(one.order.pk == order.pk for one in running):
            raise CannotPlay(f"A scenario is playing for {order} already.")
        if len(running) >= AT_ONCE:
            raise CannotPlay(f"{AT_ONCE} scenarios are playing. Wait until one is over.")
        new = Play(order, scenario)
        _plays.append(new)
        del _plays[:-50]
    simulator = OscarSimulator(order, Teller(base_url, Remembered()), speed=speed, say=new.said.append)
    new.future = _pool.submit(_run, simulator, scenario, new)
    return new


def _run(simulator: OscarSimulator, scenario: Scenario, new: Play) -> None:
    close_old_connections()
    try:
        simulator.play(scenario)
    except (CannotPlay, OrderStatusError) as error:
        new.said.append(str(error))
    finally:
        close_old_connections()
