"""What came in, in Wagtail's admin: what could not be handled first in mind, to be handled again one by one or together."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin import messages

from ..conf import conf
from .hands import hands
from .incoming import ERASED
from .narrow import Counted
from .order_list import NAMESPACE, REPLAY, SEE_INBOX
from .order_page import OrderDesk

#: Messages on a page.
A_PAGE = 50


class _Pages(Counted, Paginator):  # type: ignore[type-arg]
    """Counts no further than a list is read."""


class InboxView(OrderDesk):
    """The list; its POST asks or does."""

    permissions: ClassVar[tuple[str, ...]] = (SEE_INBOX, REPLAY)
    own_title = _("Inbox")
    template_name = "order_status_plugin/staff/orders/inbox.html"

    @cached_property
    def states(self) -> dict[str, str]:
        """Return what can become of a message, but for its end: in those that are erased nothing is left to look at."""
        choices = hands().inbox().model.State.choices
        return {str(value): str(label) for value, label in choices if value != ERASED}

    def narrowed(self, query: QueryDict) -> tuple[QuerySet[Any], dict[str, str]]:
        """Return the messages that an address names, newest first, and by what."""
        rows, by = hands().inbox().order_by("-pk"), {"state": "", "alias": ""}
        if (state := query.get("state", "")) in self.states:
            rows, by["state"] = rows.filter(state=state), state
        if (alias := query.get("alias", "")) in {*conf.SOURCES, *conf.CHANNELS}:
            rows, by["alias"] = rows.filter(alias=alias), alias
        return rows, by

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of them."""
        rows, by = self.narrowed(request.GET)
        return self.answer(by=by, page=_Pages(rows.defer("body", "headers"), A_PAGE).get_page(request.GET.get("p")))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Handle the chosen ones again, or all that are listed once that is confirmed."""
        if not request.user.has_perm(REPLAY):
            raise PermissionDenied
        rows, by = self.narrowed(request.POST)
        rows = rows.exclude(state=ERASED)
        if request.POST.get("do") == "ask":
            return self.answer(by=by, asked=rows.count())
        if request.POST.get("do") != "all":
            chosen = [pk for pk in request.POST.getlist("message") if pk.isdecimal() and len(pk) < 19]
            rows = rows.filter(pk__in=chosen)
        count = hands().replay_inbox(rows.order_by())
        said = ngettext("%d message is handled again.", "%d messages are handled again.", count) % count
        messages.success(request, said)
        return redirect(f"{NAMESPACE}:inbox")

    def answer(self, **context: Any) -> HttpResponse:
        """Render."""
        aliases = sorted({*conf.SOURCES, *conf.CHANNELS})
        may_replay = self.request.user.has_perm(REPLAY)
        given = {"states": self.states.items(), "aliases": aliases, "may_replay": may_replay, **context}
        answer: HttpResponse = self.render_to_response(self.get_context_data(**given))
        return answer
