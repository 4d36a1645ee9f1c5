"""The calendar of one order: RFC 5545, for a download and for programs that come back by themselves."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from icalendar import Calendar, Event

from ..access.links import order_url
from ..access.tiers import tier_for
from ..view.calendar import build_calendar
from ..view.model import CalendarView, DayView
from .door import PageView
from .identify import order_of
from .language import language_of

#: How often a program that subscribed should look again.
REFRESH = dt.timedelta(hours=1)


class CalendarFileView(PageView):
    """The file of one order, for whoever has its link: a calendar program comes without cookies and gets the days."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, link: str) -> HttpResponse:
        """Return what this visitor may see."""
        order = order_of(link)
        with translation.override(language_of(order, request)):
            body = write(build_calendar(order, tier_for(request, order)), order_url(order), timezone.now())
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="delivery.ics"'
        return response


def write(view: CalendarView, url: str, now: dt.datetime) -> bytes:
    """Return the file. ``url`` is the order's own address, ``now`` aware."""
    calendar = Calendar()
    calendar.add("prodid", "-//order_status_plugin//order status//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    if view.shop:
        calendar.add("x-wr-calname", view.shop)
    for day in view.days:
        calendar.add_component(_event(day, url, now))
    if any(day.zone for day in view.days):
        years = [edge.year for day in view.days for edge in (day.first, day.last)]
        calendar.add_missing_timezones(dt.date(min(years) - 1, 1, 1), dt.date(max(years) + 2, 1, 1))
    return bytes(calendar.to_ical())


def _event(day: DayView, url: str, now: dt.datetime) -> Event:
    event = Event()
    event.add("uid", day.uid)
    event.add("dtstamp", now.astimezone(dt.UTC).replace(microsecond=0))
    event.add("sequence", day.sequence)
    event.add("status", "CANCELLED" if day.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("summary", day.summary)
    event.add("description", f"{day.description}\n{url}")
    if url.startswith(("https://", "http://")):
        event.add("url", url)
    if isinstance(day.first, dt.datetime) and isinstance(day.last, dt.datetime):
        zone = ZoneInfo(day.zone) if day.zone else None
        event.add("dtstart", day.first.replace(tzinfo=zone))
        if day.last > day.first:
            event.add("dtend", day.last.replace(tzinfo=zone))
    else:
        event.add("dtstart", day.first)
        event.add("dtend", day.last + dt.timedelta(days=1))  # RFC 5545: the first day that is not meant
    return event
