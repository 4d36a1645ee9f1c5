"""Scenarios that play in the background of the demo, a few at a time."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from django.db import close_old_connections, connections

from order_status_plugin.exceptions import OrderStatusError
from order_status_plugin.simulator.scenarios import Scenario
from order_status_plugin.simulator.tell import CannotPlay, Teller
from order_status_plugin.tracking.models import Order

from .providers import Remembered
from .shipping import OscarSimulator

__all__ = ["SPEEDS", "CannotPlay", "Play", "play", "plays"]

logger = logging.getLogger(__name__)

#: How many times faster than life.
SPEEDS = {"calm": 900.0, "brisk": 3600.0, "fast": 14400.0}
AT_ONCE = 4


@dataclass(slots=True)
class Play:
    """One scenario on its way."""

    order: Order
    scenario: Scenario
    said: list[str] = field(default_factory=list)
    is_over: bool = False  # it ended, well or not


_plays: list[Play] = []
_lock = threading.Lock()


def plays() -> list[Play]:
    """Return the last ones, newest first."""
    with _lock:
        return list(reversed(_plays[-12:]))


def play(order: Order, scenario: Scenario, speed: float, base_url: str, through: str = "") -> Play:
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
    teller = Teller(base_url, Remembered())
    simulator = OscarSimulator(order, teller, through=through, speed=speed, say=new.said.append)
    # A daemon: a server that is told to end waits for no story.
    threading.Thread(target=_run, args=(simulator, scenario, new), name="simulator", daemon=True).start()
    return new


def _run(simulator: OscarSimulator, scenario: Scenario, new: Play) -> None:
    close_old_connections()
    try:
        simulator.play(scenario)
    except OrderStatusError as error:
        new.said.append(str(error))
    except Exception as error:
        logger.exception("the story of %s ended early", new.order)
        new.said.append(f"It ended early: {type(error).__name__}. The server's log says more.")
    finally:
        new.is_over = True
        connections.close_all()
