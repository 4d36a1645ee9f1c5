"""The door alone, with a handler that each test writes."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import path

from order_status_plugin.intake.views import HookView


class Script:
    """Stands for the flow: keeps what it was given, then does what the test says."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.handled: list[int] = []
        self.then: Callable[[int], str] = lambda pk: ""

    def __call__(self, pk: int) -> str:
        self.handled.append(pk)
        return self.then(pk)


script = Script()
hook = HookView.as_view(handle=script)
urlpatterns = [
    path("orders/hooks/<str:alias>/", hook),
    path("orders/hooks/<str:alias>/<str:secret>/", hook),
]
