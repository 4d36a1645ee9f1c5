"""The products behind the items: any model of the shop's, by a generic relation. Their page, their picture."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import prefetch_related_objects
from django.utils.module_loading import import_string

#: Content type and id: what an item keeps of its product.
Product = tuple[int, int]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where the pictures of products are."""

    #: Attribute of a product that holds its picture, or the dotted path of a function of the product.
    image: str = "image"
    #: Wagtail's filter for pictures of its library, e.g. "fill-240x240"; "" takes the originals.
    rendition: str = ""

    def of(self, items: Sequence[Any]) -> dict[Product, Any]:
        """Return the products of these items by (content type, id): one query a model, one for its pictures.

        A product that was deleted since, or whose model was, is missing.
        """
        wanted: dict[int, set[int]] = defaultdict(set)
        for item in items:
            if item.product_content_type_id and item.product_id:
                wanted[item.product_content_type_id].add(item.product_id)
        found: dict[Product, Any] = {}
        for kind, keys in wanted.items():
            model = ContentType.objects.get_for_id(kind).model_class()
            if model is None:
                continue
            rows = model._default_manager.in_bulk(keys)
            if rows and self._is_relation(model):
                prefetch_related_objects(list(rows.values()), self.image)
            found |= {(kind, key): row for key, row in rows.items()}
        return found

    def _is_relation(self, model: Any) -> bool:
        try:
            return bool(model._meta.get_field(self.image).is_relation)
        except FieldDoesNotExist:
            return False

    def picture(self, product: Any, data: object) -> str:
        """Return a product's picture, else the one that it had when it was ordered, "" for none."""
        try:
            found = self._address(self._look(product)) if product is not None else ""
        except Exception:
            # A lost file or a storage that is down costs the picture, not the page.
            logger.warning("no picture of a product of %s", type(product).__name__, exc_info=True)
            found = ""
        if not found and isinstance(data, dict):
            found = self._address(data.get(self.image))
        return found

    def _look(self, product: Any) -> Any:
        if "." in self.image:
            look: Callable[[Any], Any] = import_string(self.image)
            return look(product)
        return getattr(product, self.image, None)

    def _address(self, picture: Any) -> str:
        if hasattr(picture, "first") and hasattr(picture, "all"):  # several of them
            picture = next(iter(picture.all()), None)
        if not picture:
            return ""
        if self.rendition and hasattr(picture, "get_rendition"):
            picture = picture.get_rendition(self.rendition)
        if not isinstance(picture, str):
            picture = getattr(picture, "url", None) or getattr(getattr(picture, "file", None), "url", "")
        return str(picture) if str(picture).startswith(("/", "https://", "http://")) else ""


def page(product: Any) -> str:
    """Return the address of a product's page, "" where it has none."""
    if not hasattr(product, "get_absolute_url"):
        return ""
    try:
        return str(product.get_absolute_url() or "")
    except Exception:
        logger.warning("no page of a product of %s", type(product).__name__, exc_info=True)
        return ""
