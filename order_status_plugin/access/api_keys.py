"""The keys of the API: one shop, some scopes, shown once, kept as a hash, changed without an hour of silence."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .audit import Action, audit

#: So that a leaked one is recognised for what it is, by people and by scanners of repositories.
MARK = "osp"
#: How long the old key still works beside the new one, unless it is said otherwise.
OVERLAP = dt.timedelta(days=7)


class Scope(models.TextChoices):
    """What a key may do, and nothing else."""

    ORDERS_WRITE = "orders:write", _("tell orders, shipments and parcels")
    ORDERS_READ = "orders:read", _("read orders as customers see them")
    EVENTS_WRITE = "events:write", _("tell what happened to parcels")
    NOTES_WRITE = "notes:write", _("write notes to customers")
    CLAIMS_WRITE = "claims:write", _("let the ordering device in")


def scopes_for(takes_calls: bool) -> frozenset[Scope]:
    """Return what a key may do at a shop: one that does not speak by the push API is only read."""
    return frozenset(Scope) if takes_calls else frozenset({Scope.ORDERS_READ})


class ApiKey(models.Model):
    """A key of the API. Of its secret a hash is kept: who loses it makes a new one."""

    host = models.CharField(_("shop"), max_length=40, help_text=_('Alias in ORDER_STATUS["HOSTS"].'))
    name = models.CharField(_("name"), max_length=100, help_text=_("Who uses it, e.g. the warehouse."))
    scopes = models.JSONField(_("may"), default=list)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True, editable=False)
    secret_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_on = models.DateField(_("last used"), null=True, blank=True, editable=False)
    #: The key that takes its place.
    successor = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="predecessor"
    )

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("host", "name", "-pk")

    def __str__(self) -> str:
        return f"{self.name} ({MARK}_{self.prefix}…)"

    @property
    def is_live(self) -> bool:
        """Say whether it works now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())


def live() -> QuerySet[ApiKey]:
    """Return the keys that work now."""
    return ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)


def make(
    host: str, name: str, scopes: Iterable[str], *, actor: str, expires_at: dt.datetime | None = None
) -> tuple[ApiKey, str]:
    """Make a key; return it and its text, which nobody can read again. Raises ValueError for a scope that is none."""
    text, prefix, secret = _new()
    with transaction.atomic():
        key = ApiKey.objects.create(
            host=host,
            name=name,
            scopes=sorted({Scope(scope).value for scope in scopes}),
            prefix=prefix,
            secret_hash=_hashed(secret),
            created_at=timezone.now(),
            expires_at=expires_at,
        )
        audit(Action.KEY_MADE, None, actor, _named(key))
    return key, text


def rotate(key: ApiKey, *, actor: str, overlap: dt.timedelta = OVERLAP) -> tuple[ApiKey, str]:
    """Make the key that takes this one's place, and end this one after ``overlap``; return as :func:`make` does.

    Two are live meanwhile, never three: raises ValueError for one that ended, or that has a successor already.
    """
    with transaction.atomic():
        old = ApiKey.objects.select_for_update().get(pk=key.pk)
        if not old.is_live or old.successor_id is not None:
            raise ValueError("This key has ended, or another takes its place already.")
        new, text = make(old.host, old.name, old.scopes, actor=actor, expires_at=old.expires_at)
        end = timezone.now() + overlap
        old.expires_at = min(end, old.expires_at) if old.expires_at else end
        old.successor = new
        old.save(update_fields=["expires_at", "successor"])
        audit(Action.KEY_ROTATED, None, actor, _named(old))
    return new, text


def revoke(key: ApiKey, *, actor: str) -> bool:
    """End a key at once; say whether it had not ended before."""
    with transaction.atomic():
        is_ended = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()) == 1
        if is_ended:
            audit(Action.KEY_REVOKED, None, actor, _named(key))
    return is_ended


def find(text: str) -> ApiKey | None:
    """Return the live key of this text, None when it is none. How long that takes tells nothing of any key."""
    prefix, secret = _read(text)
    key = live().filter(prefix=prefix).first()
    is_right = hmac.compare_digest(key.secret_hash if key else _hashed(""), _hashed(secret))
    return key if key and is_right else None


def note_use(key: ApiKey) -> None:
    """Write down that it was used today: once a day."""
    today = timezone.now().date()
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)


def _new() -> tuple[str, str, str]:
    prefix, secret = secrets.token_hex(6), secrets.token_hex(32)
    return f"{MARK}_{prefix}_{secret}", prefix, secret


def _read(text: str) -> tuple[str, str]:
    """Return prefix and secret; for what is no key, those of nobody."""
    mark, _sign, rest = text.partition("_")
    prefix, _sign, secret = rest.partition("_")
    return (prefix, secret) if mark == MARK and prefix.isalnum() and secret.isalnum() else ("", "")


def _hashed(secret: str) -> str:
    """Return what is kept: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _named(key: ApiKey) -> str:
    return f"{MARK}_{key.prefix} of {key.host}: {', '.join(key.scopes)}"
