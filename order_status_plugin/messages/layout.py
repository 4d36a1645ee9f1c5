"""What thousands of mails have in common, rendered and styled once: each order's own words are filled in afterwards.

A mail's context becomes a sketch: marks stand for the words in it, and what decides how the mail looks stands as it
is. Mails of one sketch share one layout. A layout holds no word of any order, so that it may be kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import localize

#: Of Unicode's private use: no template of ours has them.
_BEGIN, _END = "\ue000", "\ue001"
_MARK = re.compile(f"{_BEGIN}([0-9]+){_END}")
#: What would be read as a mark, or is not left as it is by a parser of HTML.
_ODD = re.compile("[\x00\r\ud800-\udfff\ue000\ue001]")


class _Html(str):
    __slots__ = ()


class Words:
    """The words of one mail, in the order in which they were marked."""

    def __init__(self) -> None:
        """Begin with none."""
        self.said: list[str] = []

    def mark(self, value: Any) -> str:
        """Return what stands for a value in the sketch. What is empty stays so: templates ask for that."""
        if value is None or value == "":
            return ""
        self.said.append(value if isinstance(value, str) else str(localize(value)))
        return f"{_BEGIN}{len(self.said) - 1}{_END}"

    def mark_html(self, value: str) -> str:
        """Do the same with words that are HTML."""
        return self.mark(_Html(value))

    def are_odd(self) -> bool:
        """Say whether one of them fits into no layout."""
        return _ODD.search("".join(self.said)) is not None


@dataclass(frozen=True, slots=True)
class Layout:
    """The two halves of a mail, cut at the marks: what stands between them, and the numbers of the words."""

    html: tuple[str, ...]
    text: tuple[str, ...]
    #: Of each mark in the HTML half, whether it stands in an attribute.
    attributes: tuple[bool, ...]

    @classmethod
    def of(cls, html: str, text: str) -> Layout:
        """Return the layout of a rendered sketch."""
        pieces, is_inside = _MARK.split(html), list[bool]()
        for before in pieces[:-1:2]:
            opened, closed = before.rfind("<"), before.rfind(">")
            is_inside.append(opened > closed if opened != closed else bool(is_inside and is_inside[-1]))
        return cls(tuple(pieces), tuple(_MARK.split(text)), tuple(is_inside))

    def fill(self, words: Sequence[str], style: Callable[[str], str]) -> tuple[str, str]:
        """Return HTML and text of a mail. ``style`` writes the styles into words that are HTML."""
        html, text = list(self.html), list(self.text)
        for n, is_attribute in enumerate(self.attributes):
            word = words[int(html[2 * n + 1])]
            if isinstance(word, _Html):
                html[2 * n + 1] = style(word)
            else:
                html[2 * n + 1] = _escaped(word, is_attribute=is_attribute)
        for n in range(1, len(text), 2):
            text[n] = words[int(text[n])]
        return "".join(html), "".join(text)


def _escaped(word: str, *, is_attribute: bool) -> str:
    """Return a word as a browser would write it (HTML, 13.3)."""
    word = word.replace("&", "&amp;").replace("\xa0", "&nbsp;")
    return word.replace('"', "&quot;") if is_attribute else word.replace("<", "&lt;").replace(">", "&gt;")
