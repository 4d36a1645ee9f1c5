"""What editors' words refer to, as Wagtail's index of references has it."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from wagtail.models import ReferenceIndex

from .brand import BrandSettings
from .layout import page_model
from .special import SpecialMessage
from .texts import MessageText


def references_to(*models: Any) -> Any:
    """Return the references of our pages, messages, texts and brands to rows of these models."""
    ours = [model for model in (page_model(), SpecialMessage, MessageText, BrandSettings) if model is not None]
    kinds = ContentType.objects.get_for_models(*ours).values()
    targets = ContentType.objects.get_for_models(*models).values()
    return ReferenceIndex.objects.filter(content_type__in=kinds, to_content_type__in=targets)
