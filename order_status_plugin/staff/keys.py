"""The keys of the API in Django's admin: made, replaced, revoked. A key's text is shown once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..access import api_keys
from ..access.api_keys import ApiKey
from .key_form import KeyForm, make, scopes_of, state_of
from .read_only import ReadOnlyAdmin


class KeyAdmin(ReadOnlyAdmin):
    """Whoever may add keys makes and replaces them, whoever may change them revokes them."""

    form = KeyForm
    list_display = ("name", "host", "begins", "scopes_in_words", "state", "created_at", "last_used_on", "expires_at")
    list_filter = ("host",)
    search_fields = ("name", "prefix")
    actions = ("replace", "revoke")
    fields = ("host", "name", "begins", "scopes_in_words", "state", "created_at", "last_used_on", "expires_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask Django."""
        return self.may(request, "add")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """To revoke it is to change it."""
        return self.may(request, "change")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for what a new one needs; show the rest."""
        return self.form.Meta.fields if obj is None else self.fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make it."""
        key, text = make(form, request.user.get_username())
        obj.__dict__.update(key.__dict__)
        request.order_status_key = text  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Show its text: here, and never again."""
        return self._shown(request, obj, request.order_status_key)  # type: ignore[attr-defined]

    def _shown(self, request: HttpRequest, key: ApiKey, text: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("The new key"),
            "key": key,
            "text": text,
        }
        return TemplateResponse(request, "order_status_plugin/staff/key.html", context)

    @admin.action(description=_("Replace the selected key"), permissions=["add"])
    def replace(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Make the one that takes its place; both work for a while."""
        if len(chosen := list(queryset[:2])) != 1:
            self.message_user(request, _("Choose one key."), messages.ERROR)
            return None
        try:
            key, text = api_keys.rotate(chosen[0], actor=request.user.get_username())
        except ValueError:
            self.message_user(request, _("It has ended, or another takes its place already."), messages.ERROR)
            return None
        return self._shown(request, key, text)

    @admin.action(description=_("Revoke the selected keys"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """End them at once."""
        count = sum(api_keys.revoke(key, actor=request.user.get_username()) for key in queryset)
        said = ngettext("%d key is revoked.", "%d keys are revoked.", count) % count
        self.message_user(request, said, messages.SUCCESS)

    @admin.display(description=_("begins with"))
    def begins(self, key: ApiKey) -> str:
        """Return what of its text is known."""
        return f"{api_keys.MARK}_{key.prefix}…"

    @admin.display(description=_("may"))
    def scopes_in_words(self, key: ApiKey) -> str:
        """Return what it may."""
        return scopes_of(key)

    @admin.display(description=_("state"))
    def state(self, key: ApiKey) -> str:
        """Return whether it works."""
        return state_of(key)
