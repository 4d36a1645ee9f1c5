"""The layout of a page: which blocks, where, for whom. Read once an epoch, kept in this process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from django.utils import translation
from wagtail.blocks import Block
from wagtail.models import PageViewRestriction, Site

from .audience import EVERYBODY, Audience
from .base import Need, audience_of
from .blocks import all_blocks
from .placeholders import is_filled
from .site import default_language, site_of
from .words import has_placeholders

#: What stands on the page while no editor has made one.
DEFAULT = ("steps", "notes", "parcels", "pending", "details", "help")


@dataclass(frozen=True, slots=True)
class Placed:
    """One block in its place."""

    name: str
    region: str  # "head", "main" or "side"
    audience: Audience
    block: Block
    value: Any
    html: str | None  # rendered already, where it is the same for every order, but for its placeholders
    is_filled: bool = False  # its html has placeholders, or its value where there is none


def page_model() -> Any:
    """Return the project's page class that derives from our mixin, None where there is none."""
    return next((model for model in apps.get_models() if getattr(model, "is_order_status_page", False)), None)


def page_for(site: Site | None, language: str) -> Any:
    """Return the live page of a site in a language, else in its base language, else in any; None where there is none."""
    model = page_model()
    if model is None or site is None:
        return None
    root = site.root_page.path
    here = model._default_manager.in_site(site).live()
    # The tree of another language is no descendant of this site's root: look at the translations, too.
    found = model._default_manager.live().filter(translation_key__in=here.values("translation_key"))
    pages = list(found.exclude(_is_shut()).select_related("locale").order_by("path"))
    first = next((page for page in pages if page.path.startswith(root)), None)
    if first is None:
        return None
    spoken: dict[str, Any] = {}
    for page in sorted(pages, key=lambda page: not page.path.startswith(root)):
        if page.path.startswith(root) or page.translation_key == first.translation_key:
            spoken.setdefault(page.locale.language_code, page)
    wanted = (language, language.partition("-")[0], default_language())
    return next((spoken[code] for code in wanted if code in spoken), first)


def _is_shut() -> Exists:
    """Return what is true of pages in a private section. As Wagtail's public(), without a query of its own."""
    of = ExpressionWrapper(OuterRef("path"), CharField())
    return Exists(PageViewRestriction.objects.alias(of=of).filter(of__startswith=F("page__path")))


@lru_cache(maxsize=64)
def layout_for(site_id: int | None, language: str, epoch: int) -> tuple[Placed, ...]:
    """Return the blocks of an order's page. ``epoch`` is the content's: a newer one is read anew."""
    if not epoch:
        return default_layout()  # nothing was ever published
    page = page_for(site_of(site_id, epoch), language)
    if page is None or not page.layout:
        return default_layout()
    return place(page.layout, language)


def needs_of(layout: Iterable[Placed]) -> frozenset[Need]:
    """Return what the blocks of a layout need beside the order itself."""
    return frozenset(need for placed in layout for need in getattr(placed.block, "needs", ()))


def asks_loyalty(layout: Iterable[Placed]) -> bool:
    """Say whether it matters to a block how often the customer has ordered."""
    return any(placed.audience.loyalty for placed in layout)


def place(layout: Any, language: str) -> tuple[Placed, ...]:
    """Return the blocks of a StreamField's value in their places, fixed ones rendered in this language."""
    with translation.override(language):
        return tuple(_placed(child.block_type, child.block, child.value) for child in layout)


def default_layout() -> tuple[Placed, ...]:
    """Return what stands on the page while no editor has made one."""
    blocks = dict(all_blocks())
    return tuple(_placed(name, blocks[name], blocks[name].get_default()) for name in DEFAULT)


def _placed(name: str, block: Any, value: Any) -> Placed:
    # Only what an editor wrote is ever filled: what stands in an order may spell whatever it likes.
    html = block.render(value) if getattr(block, "is_fixed", False) else None
    return Placed(
        name=name,
        region=getattr(block, "region", "main"),
        audience=audience_of(value) if hasattr(value, "get") else EVERYBODY,
        block=block,
        value=value,
        html=html,
        is_filled=has_placeholders(value) if html is None else is_filled(html),
    )
