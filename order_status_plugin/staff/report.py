"""The report on orders, among Wagtail's reports: charts that this server draws, each with its table, and as CSV."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

from django import forms
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..conf import conf
from . import figures
from .notes import may
from .order_list import _FORMULA, CHANGE, VIEW

URL = "order_status_report"
#: Days that are shown where none are chosen, and at most.
DAYS, MOST_DAYS = 30, 731
#: What takes longer to count than this is kept, for so many seconds.
LONG, KEPT = dt.timedelta(seconds=1), 900


class SpanForm(forms.Form):
    """From which day to which."""

    first = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def days(self) -> tuple[dt.date, dt.date]:
        """Return both, in order and no further apart than ``MOST_DAYS``."""
        today = timezone.localdate(timezone=conf.zone())
        given = self.cleaned_data if self.is_valid() else {}
        last = given.get("last") or today
        first = given.get("first") or last - dt.timedelta(days=DAYS - 1)
        first, last = min(first, last), max(first, last)
        return max(first, last - dt.timedelta(days=MOST_DAYS - 1)), last


class OrdersReport(WagtailAdminTemplateMixin, TemplateView):  # type: ignore[misc]  # Wagtail is untyped
    """The page, and with ``export=csv`` the file."""

    template_name = "order_status_plugin/staff/orders/report.html"
    page_title = _("Orders and deliveries")
    header_icon = "clipboard-list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Turn away who may not see orders."""
        if not may(request.user, VIEW, CHANGE):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Count, and show or write it."""
        first, last = SpanForm(request.GET).days()
        zone = conf.zone()
        span = figures.Span(
            dt.datetime.combine(first, dt.time(), tzinfo=zone),
            dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=zone),
        )
        charts, counted_at = counted(span)
        if request.GET.get("export") == "csv":
            return as_csv(charts, f"orders-{first}-{last}.csv")
        context = self.get_context_data(
            charts=[(chart, list(zip(chart.rows, chart.bars, strict=True))) for chart in charts],
            form=SpanForm(initial={"first": first.isoformat(), "last": last.isoformat()}),
            counted_at=counted_at,
            first=first,
            last=last,
        )
        answer: HttpResponse = self.render_to_response(context)
        return answer

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*self.breadcrumbs_items, {"url": "", "label": str(self.page_title)}]


def counted(span: figures.Span) -> tuple[list[figures.Chart], dt.datetime]:
    """Return the charts, and as of when: what takes long to count is kept for a while, the page and its file are one."""
    key = f"order_status:report:{span.first:%Y%m%d%z}:{span.end:%Y%m%d%z}:{get_language()}"
    kept: tuple[list[figures.Chart], dt.datetime] | None = cache.get(key)
    if kept is not None:
        return kept
    now = timezone.now()
    found = figures.charts(span), now
    if timezone.now() - now > LONG:
        cache.set(key, found, KEPT)
    return found


def as_csv(charts: list[figures.Chart], name: str) -> HttpResponse:
    """Return all tables below each other, as one file."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    for chart in charts:
        writer.writerow([chart.title])
        writer.writerow(["", *chart.columns])
        for label, cells in chart.rows:
            writer.writerow([f"'{label}" if label.startswith(_FORMULA) else label, *cells])
        writer.writerow([])
    return response


class ReportMenuItem(MenuItem):  # type: ignore[misc]  # Wagtail is untyped
    """The report's entry, for those who may see orders."""

    def __init__(self) -> None:
        super().__init__(
            _("Orders and deliveries"), reverse(URL), name="order-status-report", icon_name="clipboard-list", order=1190
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Ask for the permission."""
        return may(request.user, VIEW, CHANGE)
