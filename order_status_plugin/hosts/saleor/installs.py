"""Where we are installed: get, set, keep new keys, delete. One Saleor an alias."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from ...exceptions import PermanentFailure
from .models import SaleorInstall
from .sealing import seal, unseal


class NotInstalled(PermanentFailure):
    """The app is not installed in Saleor yet."""


@dataclass(frozen=True, slots=True)
class Install:
    """What we know of our place in one Saleor."""

    alias: str
    api_url: str
    app_id: str
    keys: Mapping[str, Any]
    keys_asked_at: dt.datetime
    sealed_token: str = field(repr=False)

    @property
    def token(self) -> str:
        """Open the seal; a retired key's is replaced on the way. Raises TemporaryFailure."""
        token, is_old = unseal(self.sealed_token)
        if is_old:
            SaleorInstall.objects.filter(alias=self.alias, sealed_token=self.sealed_token).update(
                sealed_token=seal(token)
            )
        return token


def get(alias: str) -> Install:
    """Return where this alias is installed. Raises NotInstalled."""
    row = SaleorInstall.objects.filter(alias=alias).first()
    if row is None:
        raise NotInstalled
    return Install(
        alias=alias,
        api_url=row.api_url,
        app_id=row.app_id,
        keys=json.loads(row.keys),
        keys_asked_at=row.keys_asked_at,
        sealed_token=row.sealed_token,
    )


def put(alias: str, *, api_url: str, app_id: str, token: str, keys: Mapping[str, Any]) -> None:
    """Keep a new installation in the place of an earlier one."""
    now = timezone.now()
    SaleorInstall.objects.update_or_create(
        alias=alias,
        defaults={
            "api_url": api_url,
            "app_id": app_id,
            "sealed_token": seal(token),
            "keys": json.dumps(keys),
            "keys_asked_at": now,
            "installed_at": now,
        },
    )


def put_keys(install: Install, keys: Mapping[str, Any]) -> None:
    """Keep the keys that this Saleor has now."""
    rows = SaleorInstall.objects.filter(alias=install.alias, app_id=install.app_id)
    rows.update(keys=json.dumps(keys), keys_asked_at=timezone.now())


def drop(alias: str, app_id: str) -> None:
    """Forget the token of this app; one that was installed since stays."""
    SaleorInstall.objects.filter(alias=alias, app_id=app_id).delete()
