"""Addresses that a shop gave out before us: whoever comes by one is led on."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ..access import links
from ..access.headers import put_headers
from ..tracking.models import Order


def forward(host_alias: str, reference: str) -> HttpResponse:
    """Lead on to an order's page. The host has checked that the address was given out for this order.

    Nothing is granted. Once the link was revoked the way is closed for old addresses too: they lead to the look-up.
    """
    is_revoked = Order.objects.filter(host=host_alias, reference=reference, link_version__gt=1).exists()
    path = reverse("order_status:lookup") if is_revoked else _page(host_alias, reference)
    response = HttpResponseRedirect(path)
    put_headers(response)
    return response


def _page(host_alias: str, reference: str) -> str:
    return links.path_of(links.link_for_reference(host_alias, reference))
