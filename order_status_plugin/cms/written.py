"""What editors write beside the page has in common: drafts, schedule, workflow, translation, preview, and a site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import DraftStateMixin, LockableMixin, RevisionMixin, TranslatableMixin, WorkflowMixin

from .preview import OrderPreviewMixin


class Written(
    OrderPreviewMixin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    TranslatableMixin,
    models.Model,
):
    """A snippet of the order status page's."""

    site = models.ForeignKey(
        "wagtailcore.Site",
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty means every site."),
    )

    revisions = GenericRelation("wagtailcore.Revision", related_query_name="order_status_%(class)s")
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="order_status_%(class)s",
        for_concrete_model=False,
    )

    class Meta(TranslatableMixin.Meta):
        abstract = True

    def copy_for_translation(self, locale: Any, exclude_fields: Any = None) -> Self:
        """Return a copy to be translated: a draft, so that nobody reads it before somebody has."""
        copy: Self = super().copy_for_translation(locale, exclude_fields)
        copy.live, copy.has_unpublished_changes = False, True
        copy.first_published_at = copy.last_published_at = None
        copy.latest_revision = copy.live_revision = None
        return copy

    def preview_site(self) -> Any:
        """Return the site whose customers read it."""
        return self.site or super().preview_site()

    def besides(self, live: Iterable[Any]) -> list[Any]:
        """Return the live ones without this one, which stands among them in a preview as it is being written."""
        if not self.locale_id:
            self.locale = self.get_default_locale()
        return [each for each in live if each.pk != self.pk]
