"""The shop of tests/projects/oscar after ``oscar_fork_app`` of order, dashboard and dashboard.orders."""

from __future__ import annotations

from tests.projects.oscar.settings import *  # noqa: F403
from tests.projects.oscar.settings import OSCAR, PLUGIN, WAGTAIL

HERE = "tests.projects.oscar_forked"
FORKS = {
    "oscar.apps.order.apps.OrderConfig": f"{HERE}.order.apps.OrderConfig",
    "oscar.apps.dashboard.apps.DashboardConfig": f"{HERE}.dashboard.apps.DashboardConfig",
    "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig": f"{HERE}.dashboard.orders.apps.OrdersDashboardConfig",
}
INSTALLED_APPS = [*(FORKS.get(app, app) for app in OSCAR), *WAGTAIL, *PLUGIN]
PLUGIN_IS_LAST = True
