"""The order as a file for Apple Wallet: from a button of the private page, and for the customer alone."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from ..access import links
from ..wallet import issuers
from ..wallet.package import CONTENT_TYPE, package
from .door import PageView
from .identify import SeeOther, order_of
from .own import is_own


class WalletFileView(PageView):
    """Who holds the file can have it renewed for as long as the link lives: it is not for whoever has that."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, link: str, alias: str) -> HttpResponse:
        """Return the file to the customer; lead everybody else to the page, where they can identify."""
        order = order_of(link)
        issuer = issuers.find(alias)
        if issuer is None:
            raise Http404
        if not is_own(request, order) or order.erased_at is not None:
            return SeeOther(links.path_of(link))
        response = HttpResponse(package(order, alias, issuer), content_type=CONTENT_TYPE)
        response["Content-Disposition"] = 'inline; filename="order.order"'
        return response
