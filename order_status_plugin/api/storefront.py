"""What a headless storefront is handed for the order that its customer has just placed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse

from ..access import claims, links
from ..conf import conf


def entrance(request: HttpRequest, host_alias: str, reference: str, *, may_claim: bool) -> dict[str, Any]:
    """Return the order's link, and the form that opens the order in full on the device that placed it.

    ``may_claim`` only where this request comes from that very device. The form is posted by the browser itself, as
    it stands, within minutes; its CSRF token belongs to the cookie that comes with this answer.
    """
    url = links.url_for_reference(host_alias, reference)
    if not may_claim:
        return {"url": url, "claim": None}
    fields = {"code": claims.code_for(host_alias, reference), "csrfmiddlewaretoken": get_token(request)}
    claim = {
        "url": urljoin(url, reverse("order_status:claim")),
        "method": "POST",
        "fields": fields,
        "expires_in": int(conf.CLAIM_LIFETIME.total_seconds()),
    }
    return {"url": url, "claim": claim}
