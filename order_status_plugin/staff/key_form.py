"""The form that makes a key of the API, in both admins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..access import api_keys
from ..access.api_keys import ApiKey, Scope, scopes_for
from ..backends import all_hosts, get_host
from ..exceptions import BackendError

VIEW, ADD, CHANGE = (f"order_status_plugin.{action}_apikey" for action in ("view", "add", "change"))


def shops() -> list[tuple[str, str]]:
    """Return the shops: each can be read, and those whose host takes calls can be told of."""
    try:
        return [(host.alias, host.alias) for host in all_hosts()]
    except BackendError:  # a system check names it
        return []


class KeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whose key it is, what it may, and until when."""

    host = forms.ChoiceField(label=_("shop"), choices=shops)
    scopes = forms.MultipleChoiceField(label=_("may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    expires_at = forms.DateTimeField(
        label=_("ends"), required=False, help_text=_("Empty: it works until it is revoked or replaced.")
    )

    class Meta:
        model = ApiKey
        fields = ("host", "name", "scopes", "expires_at")

    def clean_scopes(self) -> list[str]:
        """Refuse what the shop cannot be asked for."""
        scopes, alias = self.cleaned_data["scopes"], self.cleaned_data.get("host")
        known = scopes_for(get_host(alias).takes_calls) if alias else frozenset(Scope)
        for scope in scopes:
            if scope not in known:
                words = self.fields["scopes"].error_messages["invalid_choice"]
                raise forms.ValidationError(words % {"value": Scope(scope).label})
        return list(scopes)

    def clean_expires_at(self) -> Any:
        """Refuse what is over."""
        moment = self.cleaned_data["expires_at"]
        if moment is not None and moment <= timezone.now():
            raise forms.ValidationError(_("This moment is over."))
        return moment


def make(form: KeyForm, actor: str) -> tuple[ApiKey, str]:
    """Make the key that a valid form describes."""
    said = form.cleaned_data
    return api_keys.make(said["host"], said["name"], said["scopes"], actor=actor, expires_at=said["expires_at"])


def may(user: AbstractBaseUser | AnonymousUser, *permissions: str) -> bool:
    """Say whether somebody holds one of the permissions."""
    return any(user.has_perm(permission) for permission in permissions)  # type: ignore[union-attr]


def scopes_of(key: ApiKey) -> str:
    """Return what a key may, in the reader's language."""
    return ", ".join(str(Scope(scope).label) for scope in key.scopes if scope in Scope.values)


def state_of(key: ApiKey) -> str:
    """Return whether it works, in a word."""
    if key.revoked_at:
        return str(_("revoked"))
    if not key.is_live:
        return str(_("ended"))
    return str(_("replaced, works for a while")) if key.successor_id else str(_("works"))
