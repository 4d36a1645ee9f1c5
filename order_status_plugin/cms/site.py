"""The site that content is for, read once an epoch for all that reads by it, and the language that content is in by default."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Site


@lru_cache(maxsize=64)
def site_of(site_id: int | None, epoch: int) -> Site | None:
    """Return a site, the default one for None, with its first page and its brand settings.

    ``epoch`` is the content's: a newer one is read anew. It is shared: read it, and nothing else.
    """
    wanted: dict[str, Any] = {"pk": site_id} if site_id else {"is_default_site": True}
    found: Site | None = Site.objects.select_related("root_page", "brandsettings").filter(**wanted).first()
    return found


def forget() -> None:
    """Read everything anew: for tests, whose epochs are rolled back."""
    site_of.cache_clear()


def default_language() -> str:
    """Return the code of the language that Wagtail takes where no other is named, whether or not it has a row."""
    try:
        code = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    except LookupError:  # none of the languages that content may be in
        code = settings.LANGUAGE_CODE
    return str(code)
