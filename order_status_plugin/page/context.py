"""What every page of ours knows beside its subject: the shop's name, its help, the frame around it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ..cms.look import Look, look_of
from ..conf import Settings, conf
from ..maps.tiles import tiles
from .language import offered, query


def is_by_code() -> bool:
    """Say whether nobody is let in without a mailed code. A setting that nobody understands is the strict one."""
    return bool(Settings.__dict__["IDENTIFICATION"] != conf.IDENTIFICATION)


def has_own_frame() -> bool:
    """Say whether the shop puts our page into a template of its own."""
    return bool(Settings.__dict__["BASE_TEMPLATE"] != conf.BASE_TEMPLATE)


def frame(look: Look) -> dict[str, Any]:
    """Return what the base template and the partials read beside their subject."""
    return {
        "base_template": conf.BASE_TEMPLATE,
        "has_own_frame": has_own_frame(),
        **look.context(),
        "is_by_code": is_by_code(),
        "tiles": tiles(),
    }


def render_page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Return a page of ours inside the shop's frame; ``template`` is a name below ``order_status_plugin/page/``."""
    html = render_to_string(
        f"order_status_plugin/page/{template}",
        {**frame(look_of(request)), "languages": offered(), "lang_query": query(request), **context},
        request=request,
    )
    return HttpResponse(html, status=status)
