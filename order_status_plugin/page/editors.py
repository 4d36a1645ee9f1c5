"""The look-up form on the page that the editors own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from ..access.headers import secure
from ..cms.look import look_of
from ..cms.placeholders import fill_html
from .checker import checker
from .context import frame, render_page
from .door import refuse
from .identify import answer_look_up
from .language import asked_language, carry, chosen, query


def serve(page: Any, request: HttpRequest) -> HttpResponseBase:
    """Answer a request for an OrderStatusPage, with the headers of every other answer of ours."""

    def render(request: HttpRequest, error: str, status: int) -> HttpResponse:
        look = look_of(request)
        context = {**page.get_context(request), **frame(look)}
        # There is no order yet: what speaks of one reads as its neutral word.
        known = {"shop_name": look.shop, "help_email": look.help_email}
        body = fill_html(page.body.render_as_block(context), known) if page.body else ""
        return render_page(
            request,
            "look_up.html",
            status,
            page=page,
            title=page.title,
            body=body,
            error=error,
            action=f"{request.path}{query(request)}",
        )

    # Wagtail shows a preview in a frame of its own admin.
    ancestors = "'self'" if getattr(request, "is_preview", False) else "'none'"

    def look_up(request: HttpRequest) -> HttpResponseBase:
        with translation.override(chosen(request) or asked_language()):
            return carry(request, answer_look_up(request, render))

    answer = secure(look_up, frame_ancestors=ancestors, refuse=refuse)
    response: HttpResponseBase = answer(request)
    if isinstance(response, HttpResponse) and (check := checker(request)):
        response.content = response.content.replace(b"</body>", f"{check}</body>".encode())
    return response
