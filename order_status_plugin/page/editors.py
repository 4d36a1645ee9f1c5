"""The look-up form on the page that the editors own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from wagtail.blocks import StreamValue

from ..access.headers import secure
from ..cms.audience import Audience, Traits
from ..cms.base import audience_of
from ..cms.look import look_of
from ..cms.placeholders import fill_html
from ..conf import conf
from ..events import Headline, Tier
from .checker import checker
from .context import allow_embeds, frame, render_page
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
        shown = _shown(page.body, is_preview=getattr(request, "is_preview", False))
        body = fill_html(shown.render_as_block(context), known)
        response = render_page(
            request,
            "look_up.html",
            status,
            page=page,
            title=page.title,
            body=body,
            error=error,
            action=f"{request.path}{query(request)}",
        )
        allow_embeds(response, body)
        return response

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


def _shown(body: StreamValue, *, is_preview: bool) -> StreamValue:
    """Return those blocks that are for somebody of whom no order is known. A preview shows them whatever the day."""
    language = translation.get_language() or ""
    today = timezone.localdate(timezone=conf.zone())
    # Nothing of an order is asked of these: a headline has to be there, and decides nothing.
    visitor = Traits(tier=Tier.PUBLIC, headline=Headline.CONFIRMED, today=today, locale=language)

    def is_for(audience: Audience) -> bool:
        if is_preview:
            audience = replace(audience, first_day=None, last_day=None)
        return not audience.is_of_orders and audience.includes(visitor)

    found = [(child.block_type, child.value, child.id) for child in body if is_for(audience_of(child.value))]
    return StreamValue(body.stream_block, found)
