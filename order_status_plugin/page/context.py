"""What every page of ours knows beside its subject: the shop's name, its help, the frame around it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from wagtail.models import Site

from ..access.headers import allow_frames
from ..cms import providers
from ..conf import Settings, conf
from ..maps.tiles import tiles
from .language import offered, query

#: By this an embed is known in a page's HTML: words are escaped, so that none can spell it.
EMBED = "<order-embed "


def is_by_code() -> bool:
    """Say whether nobody is let in without a mailed code. A setting that nobody understands is the strict one."""
    return bool(Settings.__dict__["IDENTIFICATION"] != conf.IDENTIFICATION)


def shop_name(request: HttpRequest) -> str:
    """Return the shop's name: the setting, else the Wagtail Site's."""
    if conf.SHOP_NAME:
        return str(conf.SHOP_NAME)
    site = Site.find_for_request(request)
    return site.site_name or site.hostname if site else ""


def has_own_frame() -> bool:
    """Say whether the shop puts our page into a template of its own."""
    return bool(Settings.__dict__["BASE_TEMPLATE"] != conf.BASE_TEMPLATE)


def frame(shop: str) -> dict[str, Any]:
    """Return what the base template and the partials read beside their subject."""
    return {
        "base_template": conf.BASE_TEMPLATE,
        "has_own_frame": has_own_frame(),
        "shop": shop,
        "help_url": conf.HELP_URL,
        "help_email": conf.HELP_EMAIL,
        "is_by_code": is_by_code(),
        "tiles": tiles(),
    }


def allow_embeds(response: HttpResponse, html: str) -> None:
    """Let a page on which an embed stands frame the providers that the setting EMBEDS names."""
    if EMBED in html:
        allow_frames(response, *providers.frames())


def render_page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Return a page of ours inside the shop's frame; ``template`` is a name below ``order_status_plugin/page/``."""
    html = render_to_string(
        f"order_status_plugin/page/{template}",
        {**frame(shop_name(request)), "languages": offered(), "lang_query": query(request), **context},
        request=request,
    )
    return HttpResponse(html, status=status)
