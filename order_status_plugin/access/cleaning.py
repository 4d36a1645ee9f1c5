"""What ran out goes: counters, spent claims and codes, grants, devices without any, links that were shared."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from ..conf import conf
from .models import AttemptCount, Device, Grant, LinksRequest, MailedCode, ShareLink, SpentClaim


def clean() -> None:
    """Delete what can no longer matter. Idempotent; the worker calls it with its sweep."""
    now = timezone.now()
    AttemptCount.objects.filter(expires_at__lt=now).delete()
    # Twice the time, so that no clock's drift lets a claim be used again.
    SpentClaim.objects.filter(spent_at__lt=now - 2 * conf.CLAIM_LIFETIME).delete()
    MailedCode.objects.filter(expires_at__lt=now - dt.timedelta(days=1)).delete()
    LinksRequest.objects.filter(created_at__lt=now - dt.timedelta(days=1)).delete()
    ShareLink.objects.filter(expires_at__lt=now).delete()
    Grant.objects.filter(expires_at__lt=now).delete()
    Grant.objects.filter(last_used_on__lt=(now - conf.GRANT_IDLE).date()).delete()
    Device.objects.filter(grants=None, last_seen_on__lt=now.date()).delete()
