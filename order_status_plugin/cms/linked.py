"""Pages that our own lead to: one that comes, goes, moves or is shut begins an epoch, as new words do."""

from __future__ import annotations

from typing import Any

import swapper
from django.db.models.signals import post_save, pre_delete
from wagtail.models import PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from . import epoch
from .layout import page_model
from .references import references_to


def follow() -> None:
    """Hear of every page of the project."""
    name = "order_status.linked"
    page_published.connect(_changed, dispatch_uid=f"{name}.published")
    # Wagtail unpublishes a page before it deletes it.
    page_unpublished.connect(_changed, dispatch_uid=f"{name}.unpublished")
    page_slug_changed.connect(_section_changed, dispatch_uid=f"{name}.slug")
    post_page_move.connect(_moved, dispatch_uid=f"{name}.moved")
    post_save.connect(_shut, sender=PageViewRestriction, dispatch_uid=f"{name}.shut")
    pre_delete.connect(_shut, sender=PageViewRestriction, dispatch_uid=f"{name}.opened")


def _changed(instance: Any, **kwargs: Any) -> None:
    if _linked().filter(pk=instance.pk).exists():
        epoch.begin()


def _section_changed(instance: Any, **kwargs: Any) -> None:
    """Begin an epoch where our own page, or one that it leads to, is this page or stands below it."""
    ours = page_model()
    if _linked().filter(path__startswith=instance.path).exists() or (
        ours is not None and ours._default_manager.filter(path__startswith=instance.path).exists()
    ):
        epoch.begin()


def _moved(instance: Any, url_path_before: str, url_path_after: str, **kwargs: Any) -> None:
    if url_path_before != url_path_after:
        _section_changed(instance)


def _shut(instance: Any, **kwargs: Any) -> None:
    _section_changed(instance.page)


def _linked() -> Any:
    """Return the pages that ours lead to."""
    model = swapper.load_model("wagtailcore", "Page")
    keys = references_to(model).values_list("to_object_id", flat=True)
    return model._default_manager.filter(pk__in=list(keys.distinct()))
