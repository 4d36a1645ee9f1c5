"""``orders/health/`` for monitors, ``?web`` for load balancers. Numbers and reasons, nothing of any order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

from django.apps import apps
from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from ..access.headers import Secure
from ..conf import conf
from ..messages.models import OutboxMessage
from ..worker import health

#: What is due for this long is not "about to be done" any more.
LATE = dt.timedelta(minutes=10)


#: What other rooms know: figures, and reasons why somebody should look.
Report = Callable[[], tuple[dict[str, Any], list[str]]]

_reports: dict[str, Report] = {}


def observe(name: str, report: Report) -> None:
    """Have ``report`` asked as well. Once a name."""
    _reports[name] = report


class HealthView(Secure):
    """200 when all is well, 503 with the reasons when somebody should look.

    With ``?web`` only what this process can do, answer and ask the database: every process says the same of the worker, and a
    load balancer that believed it would send nobody anywhere.
    """

    checks_csrf: ClassVar[bool] = False
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> JsonResponse:
        """Answer with the state of worker, inbox, outbox and sources, or of this process alone."""
        try:
            facts, reasons = _web() if "web" in request.GET else readiness()
        except Error:
            return JsonResponse({"ok": False, "reasons": ["The database does not answer."]}, status=503)
        return JsonResponse({"ok": not reasons, "reasons": reasons, **facts}, status=503 if reasons else 200)


def readiness() -> tuple[dict[str, Any], list[str]]:
    """Return the figures, and the reasons why somebody should look. Raises the database's errors."""
    now = timezone.now()
    reasons = []
    if health.is_silent():
        reasons.append("The worker is silent: start order_status_worker, or look at its log.")
    inbox = apps.get_model("order_status_plugin", "InboxMessage").objects.filter(state="received", due_at__lte=now)
    outbox = OutboxMessage.objects.filter(state=OutboxMessage.State.PENDING, due_at__lte=now, told_by=None)
    waits = {
        "inbox_waits": _seconds(now, inbox.order_by("due_at").values_list("due_at", flat=True).first()),
        "outbox_waits": _seconds(now, outbox.order_by("due_at").values_list("due_at", flat=True).first()),
    }
    if (waits["inbox_waits"] or 0) > LATE.total_seconds():
        reasons.append("Webhooks have been waiting to be handled for too long.")
    if conf.MESSAGES and (waits["outbox_waits"] or 0) > LATE.total_seconds():
        reasons.append("Messages have been waiting to be sent for too long.")
    facts = {"worker_silent_for": _seconds(now, health.last_sign_of_life()), **waits}
    for report in _reports.values():
        more, wrong = report()
        facts |= more
        reasons += wrong
    return facts, reasons


def _web() -> tuple[dict[str, Any], list[str]]:
    health.last_sign_of_life()  # of a small table: the database answers, or raises
    return {}, []


def _seconds(now: dt.datetime, moment: dt.datetime | None) -> float | None:
    return None if moment is None else max(0.0, round((now - moment).total_seconds(), 1))
