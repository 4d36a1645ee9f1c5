"""A brand's logo as a file of its own, for what cannot fetch it from an address: a wallet."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from django.apps import apps

from .brand import BrandSettings

if TYPE_CHECKING:
    from .look import Mark

logger = logging.getLogger(__name__)

#: A wallet shows it small.
WALLET = "max-480x480|format-png"


def logo_png(site_id: int | None, mark: Mark | None) -> bytes:
    """Return the logo of a site's brand as a PNG; b"" where it has none, or where it cannot be drawn.

    ``mark`` is the logo in the site's look: another picture is another mark, and is read anew.
    """
    if mark is None or not apps.is_installed("wagtail.images"):
        return b""
    try:
        return _drawn(site_id, mark)
    except Exception:  # whatever a storage or an image library raises, the order is signed without
        logger.exception("the logo of site %s cannot be drawn for wallets", site_id)
        return b""


@lru_cache(maxsize=8)
def _drawn(site_id: int | None, mark: Mark) -> bytes:
    from wagtail.images import get_image_model

    brand = BrandSettings.objects.get(site=site_id)
    rendition = get_image_model()._default_manager.get(pk=brand.logo).get_rendition(WALLET)
    with rendition.file.open("rb") as file:
        return bytes(file.read())
