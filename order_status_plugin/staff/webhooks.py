"""Webhook endpoints and what was sent to them, for staff: set up, try, replace the secret, send again."""

from __future__ import annotations

import contextlib
import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..backends import all_hosts
from ..outgoing import kinds, signing, telling
from ..outgoing.models import WebhookEndpoint
from . import narrow
from .known import known
from .read_only import ReadOnlyAdmin


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """Lists of boxes for what is JSON in the database."""

    url = forms.URLField(
        label=_("address"),
        max_length=500,
        assume_scheme="https",
        help_text=_("Begins with https:// and is open to the internet."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("what is told"), widget=forms.CheckboxSelectMultiple, initial=list(kinds.KINDS)
    )
    hosts = forms.MultipleChoiceField(
        label=_("shops"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None means all of them.")
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "is_active", "hosts", "kinds")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what there is now."""
        super().__init__(*args, **kwargs)
        boxes: Any = self.fields
        if "kinds" in boxes:
            boxes["kinds"].choices = [(each, each) for each in kinds.KINDS]
            boxes["hosts"].choices = [(host.alias, host.alias) for host in all_hosts()]


class EndpointAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Other systems of the shop that are told by webhooks."""

    form = EndpointForm
    list_display = ("name", "url", "is_active", "last_success_at", "failing_since", "stopped_because")
    list_filter = ("is_active",)
    readonly_fields = ("secret", "secret_since", "last_success_at", "failing_since", "stopped_because")
    actions = ("send_test", "replace_secret")

    @admin.display(description=_("secret"))
    def secret(self, endpoint: WebhookEndpoint) -> str:
        """Show the secret to who may change it; nobody else needs it."""
        return signing.secret(endpoint) if endpoint.pk else gettext("Is shown once this is saved.")

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only look does not see the secret."""
        return () if self.has_change_permission(request, obj) else ("secret",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the secret out for who may only look."""
        hidden = self.get_exclude(request, obj)
        return [name for name in (*EndpointForm.Meta.fields, *self.readonly_fields) if name not in hidden]

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        """Begin afresh with one that is switched on again."""
        if obj.is_active:
            obj.failing_since, obj.waits_until, obj.stopped_because = None, None, ""
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Send a test to the selected endpoints"), permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Send something that means nothing; the deliveries show what became of it."""
        count = len([telling.ping(endpoint) for endpoint in queryset])
        said = ngettext("%d test is on its way.", "%d tests are on their way.", count) % count
        self.message_user(request, said, messages.SUCCESS)

    @admin.action(description=_("Replace the secret of the selected endpoints"), permissions=["change"])
    def replace_secret(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Make another; the one before it signs as well for two days."""
        for endpoint in queryset:
            signing.replace(endpoint)
        self.message_user(
            request, gettext("The secrets were replaced. The ones before sign as well for 48 hours."), messages.SUCCESS
        )


class DeliveryAdmin(ReadOnlyAdmin):
    """What was sent to other systems, with the answer."""

    list_display = ("uuid", "kind", "endpoint", "order", "state", "status_code", "attempts", "created_at", "reason")
    list_filter = (
        "state",
        known("kind", _("kind"), lambda: [(each, each) for each in (*kinds.KINDS, kinds.PING)]),
        "endpoint",
        "created_at",
    )
    list_select_related = ("endpoint", "order")
    search_fields = ("uuid",)  # looked for by ``get_search_results``
    show_full_result_count = False
    actions = ("send_again",)
    fields = (
        "uuid",
        "endpoint",
        "order",
        "kind",
        "state",
        "reason",
        "status_code",
        "attempts",
        "happened_at",
        "created_at",
        "due_at",
        "answered_at",
        "body",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by its id or by the order's number."""
        if not (word := search_term.strip()):
            return queryset, False
        with contextlib.suppress(ValueError):
            return queryset.filter(uuid=uuid.UUID(word)), False
        return queryset.filter(order__in=narrow.by_number(word)), False

    def has_send_permission(self, request: HttpRequest) -> bool:
        """To send again is to change."""
        return self.may(request, "change")

    @admin.action(description=_("Send the selected deliveries again"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Send them with the ids and words that they have: who took one already knows it by its id."""
        count = telling.replay(queryset)
        said = ngettext("%d delivery is sent again.", "%d deliveries are sent again.", count) % count
        self.message_user(request, said, messages.SUCCESS)
