"""The keys of the API in Wagtail's admin: one page that lists, makes, replaces and revokes them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from ..access import api_keys
from ..access.api_keys import ApiKey
from .key_form import ADD, CHANGE, VIEW, KeyForm, make, may, scopes_of, state_of


class KeysPage(WagtailAdminTemplateMixin, FormView):  # type: ignore[misc,type-arg]  # Wagtail is untyped
    """The list, and below it the form. A new key's text stands in the answer that makes it, and nowhere else."""

    template_name = "order_status_plugin/staff/keys.html"
    form_class = KeyForm
    page_title = gettext_lazy("API keys")
    header_icon = "key"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let in who may."""
        if not may(request.user, VIEW, ADD, CHANGE):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page prints."""
        keys = [{"key": key, "may": scopes_of(key), "state": state_of(key)} for key in ApiKey.objects.all()]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user = self.request.user
        return {**context, "keys": keys, "may_add": may(user, ADD), "may_revoke": may(user, CHANGE)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make, replace or revoke."""
        actor = request.user.get_username()
        if "revoke" in request.POST:
            self._must(CHANGE)
            api_keys.revoke(_chosen(request.POST["revoke"]), actor=actor)
            messages.success(request, _("The key is revoked."))
            return redirect(keys_url())
        self._must(ADD)
        if "replace" in request.POST:
            try:
                return self._shown(*api_keys.rotate(_chosen(request.POST["replace"]), actor=actor))
            except ValueError:
                messages.error(request, _("It has ended, or another takes its place already."))
                return redirect(keys_url())
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: KeyForm) -> HttpResponse:
        """Make it, and show its text."""
        return self._shown(*make(form, self.request.user.get_username()))

    def _shown(self, key: ApiKey, text: str) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=KeyForm(), new=key, text=text))

    def _must(self, permission: str) -> None:
        if not may(self.request.user, permission):
            raise PermissionDenied


class KeysMenuItem(MenuItem):  # type: ignore[misc]  # Wagtail is untyped
    """The entry of the menu, for who may."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("API keys"), keys_url(), name="order-status-api-keys", icon_name="key", order=1010
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Show it to who may see them."""
        return may(request.user, VIEW, ADD, CHANGE)


def keys_url() -> str:
    """Return the address of the page."""
    return reverse("order_status_api_keys")


def _chosen(pk: str) -> ApiKey:
    return get_object_or_404(ApiKey, pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
