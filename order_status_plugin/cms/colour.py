"""Colours as people type them, and how well one is read on another: WCAG 2.2's relative luminance and contrast."""

from __future__ import annotations

import re
from typing import NamedTuple

_HEX = re.compile(r"\A#?(?:([0-9a-f]{3})|([0-9a-f]{6}))\Z", re.IGNORECASE)


class Colour(NamedTuple):
    """A colour of sRGB, each part from 0 to 255. Printed as ``#rrggbb``."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    def mix(self, other: Colour, share: float) -> Colour:
        """Return this colour with a share (0 to 1) of another, as CSS's ``color-mix(in srgb, …)`` mixes them."""
        return Colour(*(round(mine + (theirs - mine) * share) for mine, theirs in zip(self, other, strict=True)))


BLACK = Colour(0, 0, 0)
WHITE = Colour(255, 255, 255)


def parse(text: str) -> Colour:
    """Return the colour of ``#rgb`` or ``#rrggbb``, with or without its sign. Raises ValueError for anything else."""
    found = _HEX.match(text.strip())
    if found is None:
        raise ValueError(f"not a colour: {text!r}")
    digits = found[2] or "".join(digit * 2 for digit in found[1])
    return Colour(*(int(digits[at : at + 2], 16) for at in (0, 2, 4)))


def luminance(colour: Colour) -> float:
    """Return the relative luminance: 0 for black, 1 for white."""
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours: from 1 (the same) to 21 (black on white), whichever is the ground."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
