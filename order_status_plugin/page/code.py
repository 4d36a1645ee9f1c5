"""A mailed code: asking for one, and typing it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ..access import codes
from ..access.models import Grant
from .context import render_page
from .door import PageView
from .identify import FAILED, LinkView, let_in, mail_code, order_of


class AskCodeView(PageView):
    """The look-up's way to a code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead to the look-up."""
        return HttpResponseRedirect(reverse("order_status:lookup"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Note the wish and lead to where the code is typed."""
        return mail_code(request, None)


class AskCodeForView(LinkView):
    """The same on an order's own page."""

    def post(self, request: HttpRequest, link: str) -> HttpResponse:
        """Note the wish and lead to where the code is typed."""
        return mail_code(request, order_of(link))


class CodeView(PageView):
    """Where the code is typed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, to everybody."""
        return render_page(request, "code.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Lead to the order and make this device private for it, or show the form again with the one answer."""
        order = codes.spend(request, request.POST.get("code", ""))
        if order is None:
            return render_page(request, "code.html", FAILED, error=_("This code does not open anything here"))
        return let_in(request, order, Grant.Method.CODE)
