"""Answer what was asked for at the door: codes and links. Here it is found out whether there is anybody to mail to."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ..access.models import LinksRequest, MailedCode
from . import notices
from .notices import Notice

#: In one run; the relay comes again.
_BATCH = 200


def answer() -> None:
    """Turn every request that waits into a row of the outbox, or into nothing. Two workers never take the same one."""
    waiting = MailedCode.objects.filter(handled_at=None)
    for code in waiting.select_related("order").order_by("pk")[:_BATCH]:
        with transaction.atomic():
            taken = waiting.filter(pk=code.pk).update(handled_at=timezone.now())
            if taken and code.order and code.order.erased_at is None:
                notices.owe(code.order, Notice.CODE, str(code.pk))
    for request in LinksRequest.objects.order_by("pk")[:_BATCH]:
        with transaction.atomic():
            taken, _each = LinksRequest.objects.filter(pk=request.pk).delete()
            orders = notices.orders_of(request.email_digests, request.site_id) if taken else []
            if orders:
                notices.owe(orders[0], Notice.LINKS, f"{request.pk}:{request.created_at:%Y%m%d%H%M%S}")
