"""The content epoch: whatever editors publish begins a new one, and pages that were made before are made anew."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Model
from django.db.models.signals import post_delete, post_save, pre_save
from django.utils import timezone

from .. import signals
from .models import ContentEpoch

_PK = 1


def current() -> int:
    """Return the number of the epoch: one query."""
    return ContentEpoch.objects.filter(pk=_PK).values_list("number", flat=True).first() or 0


def begin(**kwargs: Any) -> None:
    """Begin a new epoch, in the transaction that changes the content; tell open pages after commit."""
    if not ContentEpoch.objects.filter(pk=_PK).update(number=F("number") + 1, changed_at=timezone.now()):
        ContentEpoch.objects.get_or_create(pk=_PK)
    transaction.on_commit(_tell, robust=True)


def _tell() -> None:
    signals.content_changed.send_robust(ContentEpoch, epoch=current())


#: What Wagtail notes on a row when a draft is saved, locked or moderated: nothing that customers see.
_NOTES = frozenset(
    {"latest_revision", "latest_revision_created_at", "has_unpublished_changes", "draft_title"}
    | {"locked", "locked_by", "locked_at"}
)


def follow(model: type[Model]) -> None:
    """Begin a new epoch with each row of this model that is saved or deleted, the saving of drafts excepted."""
    name = f"order_status.epoch.{model._meta.label}"
    pre_save.connect(_before_save, sender=model, dispatch_uid=f"{name}.before")
    post_save.connect(_saved, sender=model, dispatch_uid=f"{name}.save")
    post_delete.connect(begin, sender=model, dispatch_uid=f"{name}.delete")


def _before_save(sender: Any, instance: Any, using: str, **kwargs: Any) -> None:
    """Note whether customers see the row, or did so far: Wagtail saves a draft that was never live whole, each time."""
    rows = sender._base_manager.using(using).filter(pk=instance.pk)
    instance.order_status_is_seen = getattr(instance, "live", True) or rows.filter(live=True).exists()


def _saved(instance: Any, update_fields: frozenset[str] | None, **kwargs: Any) -> None:
    is_note = update_fields is not None and update_fields <= _NOTES
    if instance.order_status_is_seen and not is_note:
        begin()
