from __future__ import annotations

import oscar.apps.dashboard.orders.apps as apps


class OrdersDashboardConfig(apps.OrdersDashboardConfig):
    name = "tests.projects.oscar_forked.dashboard.orders"
