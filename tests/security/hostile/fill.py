"""Puts words into every field that somebody can write, found by looking: blocks and their fields, columns, snapshots.

A field of a kind that nothing here knows fails the run, so that a new one is never left out by silence.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.images import ImageFile
from django.db import models
from PIL import Image as Picture
from wagtail import blocks
from wagtail.fields import RichTextField
from wagtail.images.blocks import ImageBlock
from wagtail.images.models import Image

from order_status_plugin.cms.brand_fields import ColourField, PictureField, TableField
from order_status_plugin.cms.fields import AudienceField, NamelessStreamField
from order_status_plugin.events import (
    Address,
    ContactSnapshot,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
    Place,
    TrackingScan,
    TrackingUpdate,
)

#: Returns the next words for the field of this name.
Take = Callable[[str], str]

#: Blocks in which nobody writes.
CHOSEN = (
    blocks.BooleanBlock,
    blocks.ChoiceBlock,
    blocks.DateBlock,
    blocks.DecimalBlock,
    blocks.IntegerBlock,
    blocks.MultipleChoiceBlock,
    blocks.PageChooserBlock,
)
WRITTEN = (blocks.CharBlock, blocks.TextBlock)
#: After the name of a field that takes HTML, or an address: each has words of its own sort.
HTML, ADDRESS = " (html)", " (address)"
#: Rows of a list. A list of more than one shows that rows are told apart.
ROWS = 3


def block_data(block: Any, take: Take, name: str) -> Any:
    """Return the data of one block as the database has it, with words in every field of it."""
    if isinstance(block, ImageBlock):
        return {"image": picture(take).pk, "alt_text": take(f"{name}.alt_text"), "decorative": False}
    if isinstance(block, blocks.StructBlock):
        # For whom a block is decides whether it is shown at all: nobody writes in it but a shipping method and a tag.
        inside = {key: child for key, child in block.child_blocks.items() if key != "audience"}
        return {key: block_data(child, take, f"{name}.{key}") for key, child in inside.items()}
    if isinstance(block, blocks.ListBlock):
        return [
            {"type": "item", "id": f"{name}-{row}", "value": block_data(block.child_block, take, name)}
            for row in range(ROWS)
        ]
    if isinstance(block, blocks.StreamBlock):
        return [
            {"type": key, "value": block_data(child, take, f"{name}.{key}")}
            for key, child in block.child_blocks.items()
        ]
    if isinstance(block, CHOSEN):
        return block.get_prep_value(block.get_default())
    if isinstance(block, blocks.RichTextBlock):
        return take(name + HTML)
    if isinstance(block, blocks.URLBlock):
        return take(name + ADDRESS)
    if isinstance(block, WRITTEN):
        return take(name)
    raise AssertionError(f"{name} is a {type(block).__name__}: say here how somebody writes in it.")


def picture(take: Take) -> Image:
    """Return a picture with words in all that an editor says of one."""
    image = Image.objects.first()
    if image is None:
        file = io.BytesIO()
        Picture.new("RGB", (8, 8)).save(file, "PNG")
        image = Image(file=ImageFile(file, "hostile.png"))
    image.title, image.description = take("Image.title"), take("Image.description")
    image.save()
    return image


def stream(block: Any, take: Take) -> str:
    """Return the data of a stream in which every block stands once."""
    return json.dumps(block_data(block, take, "block"))


#: Columns of a page or message in which nobody writes: choices, numbers, relations, what Wagtail notes; and what
#: refuses all but one of its own (a colour, a row of a table, a picture) before it reaches the database.
NOT_WRITTEN = (
    models.AutoField,
    models.BooleanField,
    models.DateTimeField,
    models.DateField,
    models.ForeignKey,
    models.IntegerField,
    models.UUIDField,
    AudienceField,
    ColourField,
    PictureField,
    TableField,
)
#: Columns by which rows are found, and what Wagtail derives.
KEYS = frozenset({"path", "slug", "url_path", "device_digest", "draft_title", "medium", "milestone"})


def columns(model: type[models.Model], take: Take, *, with_streams: bool = True) -> dict[str, Any]:
    """Return words for every column of a model in which somebody writes."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        name = f"{model.__name__}.{field.name}"
        if isinstance(field, NOT_WRITTEN) or field.choices or field.name in KEYS:
            continue
        if isinstance(field, NamelessStreamField):
            if with_streams:
                found[field.name] = stream(field.stream_block, take)
        elif isinstance(field, RichTextField):
            found[field.name] = take(name + HTML)
        elif isinstance(field, (models.CharField, models.TextField)):
            # As long as it may be: Wagtail counts again when a page is saved.
            found[field.name] = take(name + (ADDRESS if _is_address(field.name) else ""))[: field.max_length]
        else:
            raise AssertionError(f"{name} is a {type(field).__name__}: say here whether somebody writes in it.")
    return found


#: What says which row is meant, or stands in a closed list of somebody else's (currencies, countries, languages).
MEANT = frozenset(
    {"reference", "currency", "locale", "country", "carrier", "tracking_number", "customer_reference", "reason"}
    | {"source_id"}
)


def _is_address(name: str) -> bool:
    return name.endswith("url") or name in ("home", "template")


def said(kind: type[Any], take: Take, **given: Any) -> Any:
    """Return a snapshot of a host or a source with words in every text that it has; ``given`` is the rest."""
    texts = [field.name for field in dataclasses.fields(kind) if field.type == "str" and field.name not in MEANT]
    return kind(
        **{
            **{name: take(f"{kind.__name__}.{name}" + (ADDRESS if _is_address(name) else "")) for name in texts},
            **given,
        }
    )


def order(take: Take, lines: int, *, sent_at: dt.datetime, **given: Any) -> OrderSnapshot:
    """Return an order with that many lines, of which two are sent in three parcels."""
    address = said(Address, take, lines=(take("Address.lines"), take("Address.lines")), country="NL")
    parcels = tuple(
        said(ParcelSnapshot, take, tracking_number=number, carrier="ups" if number in UPS else "")
        for number in (*UPS, "HOSTILE-1")
    )
    return said(
        OrderSnapshot,
        take,
        reference="hostile",
        currency="EUR",
        lines=tuple(
            said(LineSnapshot, take, reference=str(line), quantity=1, is_physical=line != lines - 1)
            for line in range(lines)
        ),
        contact=said(ContactSnapshot, take, shipping_address=address, billing_address=address),
        fulfillments=(
            said(
                FulfillmentSnapshot, take, reference="f1", sent_at=sent_at, lines=(("0", 1), ("1", 1)), parcels=parcels
            ),
        ),
        tags=(take("OrderSnapshot.tags"),),
        **given,
    )


UPS = ("1Z999AA10123456784", "1Z999AA10123456793")


def news(take: Take, number: str, scans: Iterator[dict[str, Any]]) -> TrackingUpdate:
    """Return what a source says of one parcel."""
    told = tuple(said(TrackingScan, take, place=said(Place, take), **scan) for scan in scans)
    return said(TrackingUpdate, take, tracking_number=number, carrier="ups", scans=told)
