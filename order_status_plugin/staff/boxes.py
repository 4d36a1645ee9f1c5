"""The inbox and the outbox for staff: what came in, what went out, and why something did not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..access.audit import Action, audit
from ..carriers import catalogue
from ..conf import conf
from ..messages import replay
from ..messages.models import MessageAttempt
from ..messages.told import recipient_of
from . import narrow
from .known import BY_ALIAS, BY_CHANNEL, BY_MILESTONE
from .read_only import ReadOnlyAdmin, ReadOnlyInline, SearchedAdmin

#: As much of a body as a page shows.
SHOWN = 20_000


class InboxAdmin(SearchedAdmin):
    """What came in. ``replay`` is handed over by ``admin.py``: it makes messages due again and returns how many."""

    replay: ClassVar[staticmethod[[QuerySet[Any]], int]]

    list_display = ("id", "alias", "state", "reason", "attempts", "received_at", "handled_at")
    list_filter = ("state", BY_ALIAS, "received_at")
    search_fields = ("key",)  # looked for by ``sought``
    actions = ("replay_selected",)
    fields = (
        "alias",
        "key",
        "state",
        "reason",
        "waits_for",
        "attempts",
        "received_at",
        "due_at",
        "handled_at",
        "headers",
        "text",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave the bodies where they are: a list does not show them."""
        return super().get_queryset(request).defer("body")

    def sought(self, word: str) -> Iterable[QuerySet[Any]]:
        """Find by key, order and number, and by reason among those that failed."""
        rows = self.model._default_manager
        aliases = {*conf.SOURCES, *conf.CHANNELS, *conf.HOSTS}
        yield rows.filter(alias__in=aliases, key=word)
        yield rows.filter(alias__in=aliases, about=word).exclude(about="")
        yield rows.filter(state="waiting", waits_for=catalogue.normalise_number(word))
        yield rows.filter(state="failed", reason__icontains=word)

    @admin.display(description=_("body"))
    def text(self, message: Any) -> str:
        """Show the body as text, as far as it is one."""
        return bytes(message.body[:SHOWN]).decode("utf-8", "replace")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Replaying is changing."""
        return self.may(request, "change")

    @admin.action(description=_("Handle the selected messages again"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Make them due; the worker takes them at once."""
        count = self.replay(queryset)
        said = ngettext("%d message is handled again.", "%d messages are handled again.", count) % count
        self.message_user(request, said, messages.SUCCESS)


class TryInline(ReadOnlyInline):
    """Each try to send."""

    model = MessageAttempt
    fields = ("started_at", "ended_at", "outcome", "may_double", "detail")


class OutboxAdmin(SearchedAdmin):
    """What went out, or waits, or was not sent, with the reason."""

    list_display = ("id", "order", "milestone", "channel", "state", "reason", "attempts", "due_at", "sent_at")
    list_filter = ("state", BY_MILESTONE, BY_CHANNEL, "created_at")
    list_select_related = ("order",)
    search_fields = ("provider_id",)  # looked for by ``sought``
    search_help_text = _("Order number, the host's reference or a tracking number.")
    fields = (
        "order",
        "milestone",
        "subject",
        "occurrence",
        "channel",
        "recipient",
        "state",
        "reason",
        "told_by",
        "attempts",
        "happened_at",
        "created_at",
        "due_at",
        "sent_at",
        "provider_id",
        "delivery",
        "delivery_at",
        "delivery_detail",
    )
    inlines = (TryInline,)

    def sought(self, word: str) -> Iterable[QuerySet[Any]]:
        """Find by order and by the provider's id, and by reason among those that were given up."""
        rows = self.model._default_manager
        yield rows.filter(order__in=narrow.by_number(word))
        yield rows.filter(channel__in=list(conf.CHANNELS), provider_id=word).exclude(provider_id="")
        yield rows.filter(state__in=narrow.STUCK, reason__icontains=word)

    @admin.display(description=_("recipient"))
    def recipient(self, row: Any) -> str:
        """Show whom it went to, masked."""
        return recipient_of(row) or "…"

    actions = ("send_again", "settle")

    def has_send_permission(self, request: HttpRequest) -> bool:
        """To send again is to change."""
        return self.may(request, "change")

    @admin.action(description=_("Send the selected messages again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Say what would leave, and do it once that is confirmed."""
        if "confirmed" in request.POST:
            count = replay.send_again(queryset)
            if count:
                audit(Action.MESSAGES_RESENT, None, request.user.get_username(), str(count))
            said = ngettext("%d message is sent again.", "%d messages are sent again.", count) % count
            self.message_user(request, said, messages.SUCCESS)
            return None
        chosen = replay.stuck(queryset)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Send messages again"),
            "count": (would := replay.count(chosen)),
            "sentence": sentence(would),
            "pks": list(queryset.values_list("pk", flat=True)),
            "others": queryset.exclude(pk__in=chosen.values("pk")).count(),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "order_status_plugin/staff/send_again.html", context)

    @admin.action(description=_("Count the selected messages as arrived"), permissions=["send"])
    def settle(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Close what may have arrived, without sending it again."""
        count = replay.settle(queryset)
        said = ngettext("%d message counts as arrived.", "%d messages count as arrived.", count) % count
        self.message_user(request, said, messages.SUCCESS)


def sentence(count: replay.Count) -> str:
    """Return what would happen, in a sentence: "38 customers would get 41 messages."."""
    customers = ngettext("%(n)d customer", "%(n)d customers", count.customers) % {"n": count.customers}
    told = ngettext("%(n)d message", "%(n)d messages", count.messages) % {"n": count.messages}
    return gettext("%(customers)s would get %(messages)s.") % {"customers": customers, "messages": told}


class ChannelStateAdmin(ReadOnlyAdmin):
    """The channels' breakers. ``close`` is handed over by ``admin.py``: it lets them be tried now."""

    close: ClassVar[staticmethod[[QuerySet[Any]], int]]

    list_display = ("alias", "failures", "open_until", "last_error", "last_failure_at")
    fields = list_display
    actions = ("close_selected",)

    def has_close_permission(self, request: HttpRequest) -> bool:
        """To close it is to change it."""
        return self.may(request, "change")

    @admin.action(description=_("Try the selected channels now"), permissions=["close"])
    def close_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Close the breakers; the worker goes on at once."""
        count = self.close(queryset)
        said = ngettext("%d channel is tried now.", "%d channels are tried now.", count) % count
        self.message_user(request, said, messages.SUCCESS)
