"""Our addresses."""

from __future__ import annotations

app_name = "order_status"
urlpatterns: list[object] = []
