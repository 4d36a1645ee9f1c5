"""From a brand's few colours to all that the page is painted with, so that everything can be read.

What an editor chose stays as it was chosen, or is refused with the reason. What follows from it is ours to fit: it is
moved towards black or white until text reaches 4.5:1 and lines reach 3:1 on whatever they stand on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from .colour import BLACK, WHITE, Colour, contrast, luminance, parse

#: What WCAG 2.2 asks of text (1.4.3), and of what a control or a picture is known by (1.4.11).
TEXT, SHAPE = 4.5, 3
#: A ground on which neither black nor white reaches this leaves no room for the shades between.
ROOM = 7
#: Shares of a tone in the ground of a box, as status.css mixes them: a flag, a next step, an error, a message, a
#: critical one. Then of the ink, under the pointer. All of them times ``--os-tint``.
TONE_SHARES = (0.12, 0.09, 0.10, 0.07, 0.14)
INK_SHARE = 0.06
#: Share of the ink in a button under the pointer, times ``--os-tint`` too.
PRESSED = 0.12
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Shades:
    """One scheme: the custom properties of status.css that are colours, and the strength of its tinted boxes."""

    accent: Colour
    on_accent: Colour
    canvas: Colour
    surface: Colour
    ink: Colour
    muted: Colour
    line: Colour
    edge: Colour
    good: Colour
    warn: Colour
    water: Colour
    land: Colour
    coast: Colour
    border: Colour
    tint: float = 1.0  # 0 to 1

    @property
    def is_dark(self) -> bool:
        """Say whether light text stands on a dark ground."""
        return luminance(self.surface) < luminance(self.ink)

    def properties(self) -> Iterator[tuple[str, str]]:
        """Return names and values as CSS has them."""
        for each in fields(self):
            value = getattr(self, each.name)
            yield f"--os-{each.name.replace('_', '-')}", f"{value:g}" if each.name == "tint" else str(value)


def _shades(**colours: str) -> Shades:
    found: dict[str, Any] = {name: parse(text) for name, text in colours.items()}
    return Shades(**found)


#: As status.css has them: a test compares.
LIGHT = _shades(
    accent="#0b62a8", on_accent="#fff", canvas="#f4f5f6", surface="#fff", ink="#14171a", muted="#59626a",
    line="#e1e4e7", edge="#818b94", good="#17703f", warn="#a04500",
    water="#dbe6ee", land="#fafbfa", coast="#b3c3ce", border="#c6d0d7",
)  # fmt: skip
DARK = _shades(
    accent="#74b8f3", on_accent="#08131c", canvas="#0d0f11", surface="#15181b", ink="#eceef0", muted="#9ea7af",
    line="#282d31", edge="#737d86", good="#66cb90", warn="#efb45f",
    water="#0f1820", land="#222a30", coast="#46535c", border="#3d484f",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an editor chose for one scheme. None is left to us."""

    accent: Colour | None = None
    background: Colour | None = None
    text: Colour | None = None


class Unreadable(Exception):
    """A choice that cannot be read: which one, on what, how badly, and the nearest shade that could be.

    ``field`` names the choice as :class:`Chosen` does.
    """

    def __init__(self, field: str, chosen: Colour, grounds: Iterable[Colour], needed: float) -> None:
        grounds = list(grounds)
        worst = min(grounds, key=lambda ground: contrast(chosen, ground))
        self.field, self.chosen, self.ground, self.needed = field, chosen, worst, needed
        self.ratio = contrast(chosen, worst)
        self.nearest = _fit(chosen, grounds, needed, _far(worst))
        super().__init__(f"{field}: {chosen} on {worst} has {self.ratio:.2f}:1, {needed:g}:1 is needed")


def schemes(light: Chosen, dark: Chosen) -> tuple[Shades, Shades]:
    """Return the shades of both schemes; an accent chosen for one is fitted to the other. Raises Unreadable."""
    return derive(light, dark=False, brand=dark.accent), derive(dark, dark=True, brand=light.accent)


def derive(chosen: Chosen, *, dark: bool, brand: Colour | None = None) -> Shades:
    """Return the shades of one scheme. Raises Unreadable.

    ``brand`` is the accent of the other scheme, where this one has none of its own: it is fitted to this ground.
    """
    base = DARK if dark else LIGHT
    if chosen.background is not None:
        base = _on(chosen.background, base)
    base = _settle(chosen, base)
    ink = _ink(chosen, base)
    base = replace(base, ink=ink)
    far = _far(base.surface)
    grounds = [base.canvas, base.surface]
    if chosen.accent is not None:
        _demand("accent", chosen.accent, grounds, TEXT)
        accent = chosen.accent
    else:
        accent = _fit(brand or base.accent, [*grounds, *_boxes(base, 1.0)], TEXT, far)
    shades = replace(
        base,
        accent=accent,
        on_accent=base.on_accent if contrast(base.on_accent, accent) >= TEXT else _far(far),
        muted=_fit(base.muted, grounds, TEXT, far),
        good=_fit(base.good, grounds, TEXT, far),
        warn=_fit(base.warn, grounds, TEXT, far),
        edge=_fit(base.edge, grounds, SHAPE, far),
    )
    return _with_tint(_with_map(shades))


def complaints(shades: Shades) -> Iterator[tuple[str, str, float]]:
    """Return the pairs that cannot be read as they must be: what stands on what, with which contrast."""
    boxes = list(_boxes(shades, shades.tint))
    for name in ("ink", "muted", "accent", "good", "warn"):
        for ground in (shades.canvas, shades.surface, *boxes):
            if (found := contrast(getattr(shades, name), ground)) < TEXT:
                yield name, str(ground), found
    for name in ("ink", "muted"):
        if (found := contrast(getattr(shades, name), shades.land)) < TEXT:
            yield name, "land", found
    for name in ("accent", "good", "warn"):
        for ground in (shades.land, shades.water):
            if (found := contrast(getattr(shades, name), ground)) < SHAPE:
                yield name, str(ground), found
    for ground in (shades.canvas, shades.surface):
        if (found := contrast(shades.edge, ground)) < SHAPE:
            yield "edge", str(ground), found
    for ground in (shades.accent, shades.accent.mix(shades.ink, PRESSED * shades.tint)):
        if (found := contrast(shades.on_accent, ground)) < TEXT:
            yield "on accent", str(ground), found


def _fit(colour: Colour, grounds: Iterable[Colour], needed: float, towards: Colour) -> Colour:
    """Return the first shade on the way to black or white that reaches a contrast on every ground, else that end."""
    grounds = list(grounds)
    shades = (colour.mix(towards, step / _STEPS) for step in range(_STEPS + 1))
    return next((each for each in shades if all(contrast(each, ground) >= needed for ground in grounds)), towards)


def _far(ground: Colour) -> Colour:
    """Return what is read best on a ground: black or white."""
    return max(BLACK, WHITE, key=lambda each: contrast(each, ground))


def _demand(field: str, chosen: Colour, grounds: Iterable[Colour], needed: float) -> None:
    grounds = list(grounds)
    if any(contrast(chosen, ground) < needed for ground in grounds):
        raise Unreadable(field, chosen, grounds, needed)


def _on(background: Colour, base: Shades) -> Shades:
    """Return the base of a chosen background: the cards lie a little above it, the lines and the map between."""
    far = _far(background)
    _demand("background", background, [far], ROOM)
    is_dark = far == WHITE
    base = DARK if is_dark else LIGHT
    # A card is lighter than what it lies on; on a dark ground so little that white is still read on it.
    surface = background.mix(WHITE, 0.04 if is_dark else 0.7)
    return replace(
        base,
        canvas=background,
        surface=surface,
        line=surface.mix(base.ink, 0.12),
        land=surface,
        water=surface.mix(base.ink, 0.06),
        coast=surface.mix(base.ink, 0.28),
        border=surface.mix(base.ink, 0.2),
    )


def _settle(chosen: Chosen, base: Shades) -> Shades:
    """Bring cards and background nearer to each other, as far as what was chosen needs it; the one of them is ours."""
    wanted = [each for each in (chosen.accent, chosen.text) if each is not None]
    for step in range(_STEPS + 1):
        share = step / _STEPS
        if chosen.background is None:
            settled = replace(base, canvas=base.canvas.mix(base.surface, share))
        else:
            settled = replace(base, surface=base.surface.mix(base.canvas, share))
        if all(contrast(each, ground) >= TEXT for each in wanted for ground in (settled.canvas, settled.surface)):
            break
    return settled


def _ink(chosen: Chosen, base: Shades) -> Colour:
    grounds = (base.canvas, base.surface)
    if chosen.text is None:
        return _fit(base.ink, grounds, TEXT, _far(base.surface))
    _demand("text", chosen.text, grounds, TEXT)
    return chosen.text


def _boxes(shades: Shades, tint: float) -> Iterator[Colour]:
    """Return the grounds of tinted boxes."""
    for tone in (shades.accent, shades.good, shades.warn, shades.muted):
        for share in TONE_SHARES:
            yield shades.surface.mix(tone, share * tint)
    yield shades.surface.mix(shades.ink, INK_SHARE * tint)
    yield shades.canvas.mix(shades.ink, INK_SHARE * tint)


def _with_tint(shades: Shades) -> Shades:
    """Tint boxes as much as can still be read: all the way where colours are strong, not at all where they just pass."""
    tinted = (replace(shades, tint=tenths / 10) for tenths in range(10, 0, -1))
    return next((each for each in tinted if not any(complaints(each))), replace(shades, tint=0.0))


def _with_map(shades: Shades) -> Shades:
    """Let the map's land carry the names, and its water the line of the way."""
    tones = (shades.accent, shades.good, shades.warn)
    land, water = shades.land, shades.water
    if any(contrast(text, land) < TEXT for text in (shades.ink, shades.muted)) or any(
        contrast(tone, land) < SHAPE for tone in tones
    ):
        land = shades.surface
    if any(contrast(tone, water) < SHAPE for tone in tones):
        water = shades.surface
    return replace(shades, land=land, water=water)
