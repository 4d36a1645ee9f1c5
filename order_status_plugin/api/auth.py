"""Who calls: a key of the shop whose alias stands in the address, with the scope that the operation needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from ..access import api_keys, limits
from ..access.api_keys import ApiKey, Scope
from .problems import Problem


class Bearer(HttpBearer):
    """A key, as ``Authorization: Bearer osp_…``."""

    def __init__(self, scope: Scope) -> None:
        """Take the scope that the key must have."""
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        """Return the key. Raises Problem: 401, 403 or 429."""
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        return self.authenticate(request, token.strip() if scheme.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        """Return the key of this text."""
        key = api_keys.find(token) if token else None
        if key is None:
            if not limits.take(limits.strangers(limits.address_of(request))):
                raise _wait("Too many calls without a key that works.")
            raise Problem(401, "This needs a key that works.", headers={"WWW-Authenticate": "Bearer"})
        if not limits.take(limits.calls(key.pk)):
            raise _wait("This key has made all the calls that it may make in an hour.")
        match = request.resolver_match
        if match is None or match.kwargs.get("alias") != key.host:
            raise Problem(403, "This key is for another shop.")
        if self.scope.value not in key.scopes:
            raise Problem(403, f"This key may not do that: it lacks the scope {self.scope.value}.")
        api_keys.note_use(key)
        return key


def _wait(detail: str) -> Problem:
    return Problem(429, detail, headers={"Retry-After": str(limits.seconds_left())})
