"""Brands, sites and pictures for tests."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import PIL.Image
from django.core.files.base import ContentFile
from wagtail.images import get_image_model
from wagtail.models import Page, ReferenceIndex, Site

from order_status_plugin.cms.brand import BrandSettings

GREEN, PINK = "#1f5f3f", "#b0105a"


def drawn(name: str = "mark.png", size: tuple[int, int] = (600, 200), colour: str = "green") -> ContentFile:
    """Return a picture of one colour as a file."""
    kept = BytesIO()
    PIL.Image.new("RGB", size, colour).save(kept, "PNG")
    return ContentFile(kept.getvalue(), name=name)


def image(name: str = "mark.png", **more: Any) -> Any:
    """Return one of Wagtail's images."""
    return get_image_model().objects.create(title=name, file=drawn(name, **more))


def default_site() -> Any:
    return Site.objects.get(is_default_site=True)


def other_site(hostname: str = "other.example", name: str = "Other & Co") -> Any:
    root = Page.objects.get(depth=1).add_child(instance=Page(title=name, slug=hostname.partition(".")[0]))
    return Site.objects.create(hostname=hostname, root_page=root, site_name=name)


def brand(site: Any = None, **more: Any) -> BrandSettings:
    """Save a brand as its form does: checked."""
    made = BrandSettings(site=site or default_site(), **{"accent": GREEN, **more})
    made.full_clean()
    made.save()
    indexed(made)
    return made


def indexed(row: Any) -> None:
    """Note which images a row uses, as Wagtail's task does after commit."""
    ReferenceIndex.create_or_update_for_object(row)
