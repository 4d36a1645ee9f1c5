"""The shelf, straight from the database."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView
from oscar.core.loading import get_model


class CatalogueView(ListView):
    """All products."""

    template_name = "oscar/catalogue/browse.html"
    context_object_name = "products"
    summary: Any = _("All things")

    def get_queryset(self) -> QuerySet[Any]:
        """Return what is for sale."""
        return get_model("catalogue", "Product").objects.browsable().base_queryset().order_by("pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the heading."""
        return super().get_context_data(summary=self.summary, **kwargs)


class ProductCategoryView(CatalogueView):
    """The products of one category."""

    template_name = "oscar/catalogue/category.html"
    category: Any

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Find the category; its address has one right spelling."""
        categories = get_model("catalogue", "Category").objects.filter(is_public=True)
        self.category = get_object_or_404(categories, pk=kwargs["pk"])
        if request.path != self.category.get_absolute_url():
            return redirect(self.category.get_absolute_url(), permanent=True)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        """Return what is for sale in it."""
        return super().get_queryset().filter(categories=self.category)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the category."""
        return super().get_context_data(category=self.category, **kwargs)
