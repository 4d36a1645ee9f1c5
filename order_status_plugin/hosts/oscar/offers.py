"""What the shop would like its customer to buy next: the same order again, and what goes with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.urls import NoReverseMatch, reverse
from oscar.core.loading import get_class, get_model
from oscar.core.thumbnails import get_thumbnailer

from ...events import Recommendation

logger = logging.getLogger(__name__)

#: Recommendations that are looked at for each that is wanted: some are sold out, some were ordered already.
_LOOKED_AT = 5


def reorder_url(reference: str) -> str:
    """Return the account's page of an order, where Oscar has its button for ordering again; "" for a guest's order."""
    try:
        number = (
            get_model("order", "Order")
            ._default_manager.filter(pk=reference, user__isnull=False)
            .values_list("number", flat=True)
            .first()
        )
        return reverse("customer:order", kwargs={"order_number": number}) if number else ""
    except (ValueError, NoReverseMatch):
        return ""


def recommendations(reference: str, most: int, image_size: str) -> list[Recommendation]:
    """Return what the shop recommends with the order's products: public ones that can be bought, none that was ordered."""
    try:
        lines = get_model("order", "Line")._default_manager.filter(order_id=reference, product__isnull=False)
        ordered = {pk for pair in lines.values_list("product_id", "product__parent_id") for pk in pair if pk}
    except (ValueError, OverflowError):
        return []
    found: list[Recommendation] = []
    for product in _products(ordered, most * _LOOKED_AT):
        if len(found) == most:
            break
        if (price := _price(product)) is not None:
            found.append(
                Recommendation(
                    title=product.get_title(),
                    url=product.get_absolute_url(),
                    image_url=_image(product, image_size),
                    price_text=price,
                )
            )
    return found


def _products(ordered: set[int], most: int) -> Iterator[Any]:
    """Yield each recommended product once, those first that the shop ranks first."""
    if not ordered:
        return
    rows = (
        get_model("catalogue", "ProductRecommendation")
        ._default_manager.filter(primary_id__in=ordered, recommendation__is_public=True)
        .exclude(recommendation_id__in=ordered)
        .select_related("recommendation__product_class", "recommendation__parent__product_class")
        .prefetch_related("recommendation__images", "recommendation__parent__images", "recommendation__stockrecords")
        .order_by("-ranking", "pk")[:most]
    )
    seen: set[int] = set()
    for row in rows:
        product = row.recommendation
        if product.pk not in seen and (product.parent is None or product.parent.is_public):
            seen.add(product.pk)
            yield product


def _price(product: Any) -> str | None:
    """Return what anybody pays for it, "" where that differs by variant, None where it cannot be bought."""
    from oscar.templatetags.currency_filters import currency

    if product.is_parent:
        return ""
    info = get_class("partner.strategy", "Selector")().strategy().fetch_for_product(product)
    if not info.availability.is_available_to_buy:
        return None
    if not info.price.exists:
        return ""
    amount = info.price.incl_tax if info.price.is_tax_known else info.price.excl_tax
    return str(currency(amount, info.price.currency))


def _image(product: Any, size: str) -> str:
    owners = [owner for owner in (product, product.parent) if owner is not None]
    images = [image for owner in owners for image in owner.images.all()]
    if not images:
        return ""
    original = images[0].original
    try:
        if size:
            return str(get_thumbnailer().generate_thumbnail(original, size=size, upscale=False).url)
        return str(original.url)
    except Exception:
        logger.warning("no picture of a recommended product: %s", original, exc_info=True)
        return ""
