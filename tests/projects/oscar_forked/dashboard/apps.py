from __future__ import annotations

import oscar.apps.dashboard.apps as apps


class DashboardConfig(apps.DashboardConfig):
    name = "tests.projects.oscar_forked.dashboard"
