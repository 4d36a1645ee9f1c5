from __future__ import annotations

import oscar.apps.order.apps as apps


class OrderConfig(apps.OrderConfig):
    name = "tests.projects.oscar_forked.order"
