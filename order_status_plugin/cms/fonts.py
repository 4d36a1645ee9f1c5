"""The typefaces that a brand may have: stacks of what devices bring along. Nothing is fetched from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Behind every stack: scripts that its first fonts lack.
_BEHIND = '"Noto Sans", "Noto Sans Arabic", sans-serif'


@dataclass(frozen=True, slots=True)
class Font:
    """A stack under a name that editors understand."""

    name: str | Promise
    stack: str  # as CSS has it

    @property
    def in_mails(self) -> str:
        """Return the stack for a style attribute, which stands in double quotes."""
        return self.stack.replace('"', "'")


SYSTEM = "system"

FONTS: Mapping[str, Font] = {
    SYSTEM: Font(_("The device's own"), f'system-ui, -apple-system, "Segoe UI", Roboto, {_BEHIND}'),
    "humanist": Font(
        _("Humanist: open and friendly"), f'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", {_BEHIND}'
    ),
    "geometric": Font(
        _("Geometric: round and modern"), f'Avenir, Montserrat, Corbel, "URW Gothic", source-sans-pro, {_BEHIND}'
    ),
    "grotesque": Font(
        _("Grotesque: plain and strong"), f'"Helvetica Neue", Helvetica, Arial, "Liberation Sans", {_BEHIND}'
    ),
    "serif": Font(
        _("Serif: classic"),
        'Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, "Noto Serif", "Noto Naskh Arabic", serif',
    ),
    "slab": Font(
        _("Slab serif: sturdy"),
        'Rockwell, "Rockwell Nova", "Roboto Slab", "DejaVu Serif", "Noto Serif", "Noto Naskh Arabic", serif',
    ),
}

#: How round corners are: the radius of a card in rem. Buttons and fields follow it.
CORNERS: Mapping[str, tuple[str | Promise, float]] = {
    "round": (_("Round"), 1.0),
    "soft": (_("Slightly round"), 0.5),
    "square": (_("Square"), 0.0),
}
ROUND = "round"


def font(key: str) -> Font:
    """Return the stack of a name; the device's own for one that is no longer in the table."""
    return FONTS.get(key) or FONTS[SYSTEM]


def radius(key: str) -> float:
    """Return the radius of a name, in rem."""
    return (CORNERS.get(key) or CORNERS[ROUND])[1]
