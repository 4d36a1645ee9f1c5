"""What people see when a page of ours refuses: nothing here, not like this, something broke."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation

from ..access.headers import Secure, refuse_plainly
from .context import render_page
from .language import asked_language, carry, chosen


def refuse(request: HttpRequest, status: int) -> HttpResponse:
    """Answer a failure with a page in the shop's frame, in the language that was chosen or the request's."""
    templates = {403: "forbidden.html", 404: "not_found.html"}
    if status not in templates:
        return refuse_plainly(request, status)
    with translation.override(chosen(request) or asked_language()):
        return render_page(request, templates[status], status, look_up_url=reverse("order_status:lookup"))


class PageView(Secure):
    """The base of the views that people open: our headers, and failures as pages."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer in the language that was chosen, where one was, and let a redirect keep it."""
        with translation.override(chosen(request) or asked_language()):
            return carry(request, super().dispatch(request, *args, **kwargs))

    @staticmethod
    def refuse(request: HttpRequest, status: int) -> HttpResponse:
        """Answer a failure with a page in the shop's frame."""
        return refuse(request, status)


class NotFoundView(PageView):
    """Whatever is nothing below our address is ours too, so that it carries our headers."""

    checks_csrf = False

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer every method alike."""
        return refuse(request, 404)
