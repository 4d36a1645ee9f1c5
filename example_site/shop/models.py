"""The shop's home page, and what the demo's carriers remember."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from oscar.core.loading import get_model
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page


class HomePage(Page):
    """A welcome, the shelf, a few words on how the studio works."""

    max_count = 1
    template = "shop/home.html"

    welcome = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    picture = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    story = RichTextField(blank=True)

    content_panels = [*Page.content_panels, *(FieldPanel(name) for name in ("welcome", "intro", "picture", "story"))]

    class Meta:
        verbose_name = "home page"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add what the shop sells."""
        products = get_model("catalogue", "Product").objects.browsable().base_queryset().order_by("pk")
        return {**super().get_context(request, *args, **kwargs), "products": products}


class CarriedParcel(models.Model):
    """What a provider of the demo knows of a parcel."""

    alias = models.CharField(max_length=40)
    number = models.CharField(max_length=190)
    told = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("alias", "number"), name="demo_carried_parcel"),)

    def __str__(self) -> str:
        return f"{self.alias} {self.number}"
