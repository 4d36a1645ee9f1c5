"""Mail me my links: an email address alone, and one answer whether anybody ordered with it or not."""

from __future__ import annotations

from django.utils import timezone

from ..tracking.contact import email_digests, normalise_email
from . import limits
from .models import LinksRequest


def ask(email: str, address: str, site: int | None = None) -> None:
    """Note the wish; the worker finds out whether there is anything to mail. ``address`` is that of the visitor.

    ``site`` is the Wagtail Site that was asked: its shop answers, and of its own orders.
    """
    if limits.take(limits.links(normalise_email(email), address)):
        LinksRequest.objects.create(site_id=site, email_digests=email_digests(email), created_at=timezone.now())
