"""Take the pictures of docs/map.md: ``python tools/map_pictures.py [folder]``. No demo and no server is needed.

Each is the head and the map of one card, in Chromium, as the private page has it.
"""

from __future__ import annotations

import io
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import django
from find_chromium import launched
from PIL import Image

CHECKOUT = Path(__file__).parent.parent
SHOWN = ("domestic", "european", "transpacific", "one-point")
LOOKS = ((1280, "light"), (1280, "dark"), (320, "light"), (320, "dark"))
LARGEST = 60_000


def cards(names: tuple[str, ...]) -> str:
    """Return a page with a card for each journey."""
    from order_status_plugin.events import Tier
    from tests.page import fixtures
    from tests.page.looks import html_of

    view = fixtures.in_transit(Tier.PRIVATE)
    parcels = []
    for number, name in enumerate(names, 1):
        shown = fixtures.map_view(name)
        here = next(place.name for place in shown.places if place.kind == "here")
        parcels.append(
            replace(
                view.parcels[0],
                anchor=f"parcel-{number}",
                kicker=f"Parcel {number} of {len(names)} · UPS",
                line=f"Left {here}",
                map=shown,
            )
        )
    return html_of(replace(view, parcels=tuple(parcels)))


def picture(page: Any, number: int) -> bytes:
    """Return the head and the map of a card as a PNG with few colours."""
    card, map_ = page.locator(f"#parcel-{number}"), page.locator(f"#parcel-{number} figure")
    top, bottom = card.bounding_box(), map_.bounding_box()
    clip = {**top, "height": bottom["y"] + bottom["height"] - top["y"]}
    image = Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip))).convert("RGB")
    packed = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def main(folder: Path, names: tuple[str, ...]) -> int:
    """Take them all."""
    sys.path.insert(0, str(CHECKOUT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.page.looks import STATIC

    html = cards(names)
    folder.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        for width, scheme in LOOKS:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                device_scale_factor=1 if width > 600 else 2,
                color_scheme=scheme,
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.route(
                "**/*",
                lambda route: (
                    route.fulfill(path=STATIC / route.request.url.partition("/static/")[2])
                    if "/static/" in route.request.url
                    else route.fulfill(body=html, content_type="text/html; charset=utf-8")
                ),
            )
            page.goto("http://page.test/")
            for number, name in enumerate(names, 1):
                packed = picture(page, number)
                if len(packed) > LARGEST:
                    print(f"map-{name}-{width}-{scheme} has {len(packed):,} bytes")
                    return 1
                (folder / f"map-{name}-{width}-{scheme}.png").write_bytes(packed)
            context.close()
    return 0


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(Path(given[0]) if given else CHECKOUT / "docs" / "images", tuple(given[1:]) or SHOWN))
