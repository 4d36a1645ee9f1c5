"""Images that stand on the page: a new file for one of them begins an epoch, as new words do."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models.signals import post_delete, post_save, pre_delete

from . import epoch
from .references import references_to


def follow() -> None:
    """Hear of the project's images, where it has any, and of what was drawn from them."""
    if not apps.is_installed("wagtail.images"):
        return
    from wagtail.images import get_image_model

    model = get_image_model()
    post_save.connect(_changed, sender=model, dispatch_uid="order_status.images.save")
    # Before: Wagtail forgets with the image where it was used.
    pre_delete.connect(_changed, sender=model, dispatch_uid="order_status.images.delete")
    # Wagtail throws these away after it has saved a new file: who drew the page between the two drew the old one.
    post_delete.connect(_thrown_away, sender=model.get_rendition_model(), dispatch_uid="order_status.images.renditions")


def _changed(instance: Any, created: bool = False, **kwargs: Any) -> None:
    if not created and is_shown(instance):
        epoch.begin()


def _thrown_away(instance: Any, **kwargs: Any) -> None:
    model = type(instance)._meta.get_field("image").related_model
    if is_shown(model(pk=instance.image_id)):
        epoch.begin()


def is_shown(image: Any) -> bool:
    """Say whether anything of ours uses an image."""
    # The index names an image by its base class.
    names = {image._meta.model, *image._meta.get_parent_list()}
    return bool(references_to(*names).filter(to_object_id=str(image.pk)).exists())
