"""The plugin's command, in a shop that can ship by code."""

from __future__ import annotations

from order_status_plugin.management.commands import order_status_simulate

from ...providers import Remembered
from ...shipping import OscarSimulator


class Command(order_status_simulate.Command):
    """Ships through Oscar where the scenario ships."""

    simulator_class = OscarSimulator
    memory = Remembered()
