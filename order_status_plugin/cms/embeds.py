"""The embed: a video or a map of a provider that the shop allows, which a customer may load by a click."""

from __future__ import annotations

from typing import Any, ClassVar

from babel.lists import format_list
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import URLBlock
from wagtail.blocks.struct_block import StructBlockValidationError

from . import providers
from .base import WORDS, OrderBlock
from .providers import Embed, Kind
from .words import LineBlock


def _named() -> str:
    return format_list(providers.hosts(), "or", locale=(get_language() or "en").replace("-", "_"))


def _help() -> str:
    return gettext("The address as your browser shows it, of %(hosts)s.") % {"hosts": _named()}


class EmbedBlock(OrderBlock):
    """A card with a title and a button; nobody but the shop is asked before a customer presses it.

    The address is stored as the editor entered it, and read when the page is made: no HTML is ever taken.
    """

    is_fixed: ClassVar[bool] = True
    is_general: ClassVar[bool] = True

    title = LineBlock(label=_("Heading"), max_length=200)
    url = URLBlock(label=_("Web address"), max_length=500, help_text=lazy(_help, str)())

    class Meta:
        group = WORDS
        label = _("Video or map")
        icon = "media"
        template = "order_status_plugin/blocks/embed.html"

    def clean(self, value: Any) -> Any:
        """Take an address only that shows something of somebody who is offered."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation and (message := _refusal(cleaned.get("url") or "")):
            raise StructBlockValidationError(block_errors={"url": ValidationError(message, code="embed")})
        return cleaned

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add what the address shows; where that is nothing any more, the address as a link."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        url = str(value.get("url") or "")
        embed = providers.read(url)
        context["embed"] = embed
        context["link"] = url if embed is None and providers.is_link(url) else ""
        if embed:
            context |= _words(embed)
        return context


def _refusal(url: str) -> str:
    if not url or providers.read(url):
        return ""
    if provider := providers.provider_of(url):
        return gettext(
            "This address of %(name)s names nothing that could be shown here. Open the video or the map itself, and copy its address."
        ) % {"name": provider.name}
    return gettext("Only addresses of %(hosts)s can be shown here, and they begin with https://.") % {"hosts": _named()}


def _words(embed: Embed) -> dict[str, str]:
    if embed.kind is Kind.VIDEO:
        load, leave = gettext("Load the video from %(host)s"), gettext("Watch the video on %(site)s")
    elif embed.kind is Kind.MAP:
        load, leave = gettext("Load the map from %(host)s"), gettext("Open the map on %(site)s")
    else:
        load, leave = gettext("Load it from %(host)s"), gettext("Open it on %(site)s")
    said = {"host": embed.host, "site": embed.site}
    told = gettext("This tells %(host)s the address of your device.") % said
    return {"load": load % said, "leave": leave % said, "told": told}
