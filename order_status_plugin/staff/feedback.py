"""The report of what customers said, among Wagtail's reports: shares by month and by carrier, and every comment."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import TruncMonth, TruncWeek
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from ..cms import choices
from ..feedback.models import Feedback
from ..tracking.models import Parcel

PERMISSION = "order_status_plugin.view_feedback"
#: Up to this long the bars are weeks, then months.
WEEKS_UNTIL = dt.timedelta(days=92)
#: Bars at most, the newest.
MOST_BARS = 36
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Bar:
    """How many said what, in one period or of one carrier."""

    label: str
    counts: tuple[int, ...]  # in the order of Feedback.Rating

    @property
    def total(self) -> int:
        """How many said anything."""
        return sum(self.counts)

    @property
    def shares(self) -> list[tuple[str, int, int]]:
        """Return rating, number and rounded share in per cent."""
        return [
            (rating.value, count, round(100 * count / self.total) if self.total else 0)
            for rating, count in zip(Feedback.Rating, self.counts, strict=True)
        ]

    @property
    def segments(self) -> list[tuple[str, str, str]]:
        """Return rating, start and width of each piece, of a bar that is 100 wide: for SVG, whatever the language."""
        found, start = [], 0.0
        for rating, count in zip(Feedback.Rating, self.counts, strict=True):
            width = 100 * count / self.total if self.total else 0.0
            found.append((rating.value, f"{start:.2f}", f"{width:.2f}"))
            start += width
        return found


def _bars(rows: Iterable[tuple[str, str, int]]) -> list[Bar]:
    """Return a bar for each label, in the order in which they come."""
    counted: dict[str, Counter[str]] = {}
    for label, rating, count in rows:
        counted.setdefault(label, Counter())[rating] += count
    return [Bar(label, tuple(found[rating.value] for rating in Feedback.Rating)) for label, found in counted.items()]


def over_time(said: QuerySet[Feedback]) -> list[Bar]:
    """Return a bar for each week or month, oldest first."""
    edges = said.aggregate(first=Min("created_at"), last=Max("created_at"))
    if edges["first"] is None:
        return []
    is_weekly = edges["last"] - edges["first"] <= WEEKS_UNTIL
    period: Any = (TruncWeek if is_weekly else TruncMonth)("created_at")
    rows = said.order_by().annotate(period=period).values_list("period", "rating").annotate(n=Count("pk"))
    form = "SHORT_DATE_FORMAT" if is_weekly else "YEAR_MONTH_FORMAT"
    return _bars((date_format(timezone.localtime(day), form), rating, n) for day, rating, n in rows.order_by("period"))[
        -MOST_BARS:
    ]


def by_carrier(said: QuerySet[Feedback]) -> list[Bar]:
    """Return a bar for each carrier, the one with most feedback first. An order with two counts with both."""
    names = dict(choices.carriers())
    rows = said.order_by().values_list("order__parcels__carrier", "rating").annotate(n=Count("pk", distinct=True))
    found = _bars((str(names.get(slug) or slug or _("No carrier known")), rating, n) for slug, rating, n in rows)
    return sorted(found, key=lambda bar: (-bar.total, bar.label))[:MOST_BARS]


class FeedbackFilters(WagtailFilterSet):
    """What the report can be narrowed by."""

    created_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Period"), widget=DateRangePickerWidget)
    carrier = django_filters.ChoiceFilter(
        label=gettext_lazy("Carrier"), choices=choices.carriers, method="filter_carrier"
    )
    has_comment = django_filters.BooleanFilter(
        field_name="comment", lookup_expr="exact", label=gettext_lazy("With a comment"), method="filter_has_comment"
    )

    class Meta:
        model = Feedback
        fields: ClassVar[list[str]] = ["rating"]

    def filter_carrier(self, said: QuerySet[Feedback], name: str, value: str) -> QuerySet[Feedback]:
        """Keep the orders that this carrier brought something of."""
        return (
            said.filter(order__in=Parcel.objects.filter(carrier=value, is_withdrawn=False).values("order"))
            if value
            else said
        )

    def filter_has_comment(self, said: QuerySet[Feedback], name: str, value: bool) -> QuerySet[Feedback]:
        """Keep those with words, or those without."""
        return said.exclude(comment="") if value else said.filter(comment="")


class FeedbackReport(ReportView):
    """Totals, bars, the comments below them, and all of it as a spreadsheet."""

    model = Feedback
    permission_policy = ModelPermissionPolicy(Feedback)
    permission_required = "view"
    page_title = gettext_lazy("Feedback")
    header_icon = "comment"
    filterset_class = FeedbackFilters
    index_url_name = "order_status_feedback"
    index_results_url_name = "order_status_feedback_results"
    results_template_name = "order_status_plugin/staff/feedback_results.html"
    no_results_message = gettext_lazy("Nobody has said anything yet.")
    default_ordering = "-created_at"
    is_searchable = False
    columns: ClassVar[list[Column]] = [
        Column("created_at", label=gettext_lazy("First said")),
        Column("get_rating_display", label=gettext_lazy("Rating")),
        Column("comment", label=gettext_lazy("Comment")),
        Column("number", label=gettext_lazy("Order"), accessor="order.number"),
    ]
    list_export: ClassVar[list[str]] = ["created_at", "changed_at", "rating", "comment", "order.number"]
    export_headings: ClassVar[dict[str, Any]] = {
        "created_at": gettext_lazy("First said"),
        "changed_at": gettext_lazy("Last changed"),
        "rating": gettext_lazy("Rating"),
        "comment": gettext_lazy("Comment"),
        "order.number": gettext_lazy("Order"),
    }

    def get_queryset(self) -> QuerySet[Feedback]:
        """Return all feedback, the newest first."""
        return Feedback.objects.select_related("order").order_by("-created_at", "-pk")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the figures of what the filters leave."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        context["search_form"] = None  # a shop's context processor may bring its own: Oscar's searches products
        if not self.is_export:
            said = self.get_filtered_queryset()
            periods = over_time(said)
            rows = said.order_by().values_list("rating").annotate(n=Count("pk"))
            context |= {
                "total": next(iter(_bars(("", rating, n) for rating, n in rows)), Bar("", (0,) * len(Feedback.Rating))),
                "charts": [(_("Over time"), periods), (_("By carrier"), by_carrier(said))],
                "ratings": Feedback.Rating.choices,
            }
        return context

    def get_filename(self) -> str:
        """Return the spreadsheet's name."""
        return f"feedback-{timezone.localdate():%Y-%m-%d}"

    def get_preprocess_function(self, field: str, value: Any, export_format: str) -> Any:
        """Let no spreadsheet run what a customer, or a shop's order number, begins with."""
        if isinstance(value, str) and value.startswith(_FORMULA):
            return lambda text: f"'{text}"
        return super().get_preprocess_function(field, value, export_format)


class FeedbackMenuItem(MenuItem):
    """The report's entry, for those who may read it."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Feedback"),
            reverse("order_status_feedback"),
            name="order-status-feedback",
            icon_name="comment",
            order=1200,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Ask for the permission."""
        user: Any = request.user
        return bool(user.has_perm(PERMISSION))
