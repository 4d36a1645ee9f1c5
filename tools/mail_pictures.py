"""Take the pictures of docs/messages.md: every mail of every milestone, in light and dark, a sheet a language.

``python -m tools.mail_pictures`` needs no demo: the mails are those that tests hold against axe, on orders that nobody
placed. ``python -m tools.mail_pictures FOLDER`` keeps each mail at its full size there, for people to look at.
"""

from __future__ import annotations

import io
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import django
from PIL import Image, ImageDraw

from tools.find_chromium import launched

IMAGES = Path(__file__).parent.parent / "docs" / "images"
WIDTH, SCALE, COLUMNS, GAP, TALLEST = 400, 0.5, 7, 12, 1100
SCHEMES = ("light", "dark")


def _mails() -> Iterator[tuple[str, str]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from tests.accessibility.grid import mails

    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    yield from mails()
    teardown_databases(made, verbosity=0)


def _sheet(pictures: list[tuple[str, Image.Image]]) -> Image.Image:
    """Return them side by side, each under its name."""
    small = [
        (name, one.resize((round(one.width * SCALE), round(one.height * SCALE)), Image.Resampling.LANCZOS))
        for name, one in pictures
    ]
    rows = [small[start : start + COLUMNS] for start in range(0, len(small), COLUMNS)]
    width = round(WIDTH * SCALE)
    heights = [max(one.height for _name, one in row) + 20 for row in rows]
    sheet = Image.new("RGB", (COLUMNS * (width + GAP) + GAP, sum(heights) + GAP * (len(rows) + 1)), "#8a9199")
    pen, top = ImageDraw.Draw(sheet), GAP
    for row, height in zip(rows, heights, strict=True):
        for place, (name, one) in enumerate(row):
            left = GAP + place * (width + GAP)
            pen.text((left, top), name, fill="#000000")
            sheet.paste(one, (left, top + 18))
        top += height + GAP
    return sheet


def main(folder: Path | None = None, only: str = "") -> int:
    """Take them all."""
    found = list(_mails())
    sheets: dict[str, list[tuple[str, Image.Image]]] = defaultdict(list)
    with launched() as browser:
        for scheme in SCHEMES:
            page = browser.new_page(viewport={"width": WIDTH, "height": 700}, color_scheme=scheme)
            for name, html in found:
                if only not in name:
                    continue
                page.set_content(html)
                picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
                milestone, _dash, language = name.rpartition("-")
                if folder is not None:
                    folder.mkdir(parents=True, exist_ok=True)
                    picture.save(folder / f"{name}-{scheme}.png")
                label = milestone.replace("_", " ")
                sheets[language].append((label, picture.crop((0, 0, WIDTH, min(picture.height, TALLEST)))))
    for language, pictures in sheets.items():
        target = (folder or IMAGES) / f"mails-{language}.webp"
        _sheet(pictures).save(target, quality=48, method=6)
        print(f"{target.name}: {target.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(Path(each) if place == 0 else each for place, each in enumerate(sys.argv[1:]))))  # type: ignore[arg-type]
