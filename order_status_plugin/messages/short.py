"""A milestone in a few words: as a text message, and as a notification. Nothing in them is personal."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..channels import segments
from ..view.model import MilestoneView

#: What a text message of ours takes at most; a shop's own words are sent as they are.
MOST_SEGMENTS = 2
#: What ``OPTIONS["stop_hint"]`` of a channel may be.
WORD, LINK = "word", "link"
STOP_HINTS = ("", WORD, LINK)


def text_message(news: MilestoneView, promise: str, *, link: str, stop: str, hint: str) -> str:
    """Return the text, which always holds the link. ``hint``: how it is stopped, by a word, a link or "" for neither."""
    ends = {WORD: _("Reply STOP to end these texts."), LINK: _("Stop: %(link)s") % {"link": stop}}.get(hint, "")
    if news.own.text:
        said = _lines(news.own.text)
        return "\n".join(filter(None, (said, "" if link in said else link, ends)))
    shop = f"{news.order.shop}: " if news.order.shop else ""
    tries = [
        "\n".join(filter(None, (flat(f"{shop}{words}"), link, ends)))
        for words in (f"{news.sentence} {promise}", news.sentence, news.word)
    ]
    fitting = (each for each in tries if segments.measure(segments.plain(each)).segments <= MOST_SEGMENTS)
    return next(fitting, tries[-1])


def notification(news: MilestoneView, promise: str) -> tuple[str, str]:
    """Return title and text."""
    return flat(news.own.subject or news.subject), flat(news.own.text or f"{news.sentence} {promise}")


def flat(text: str) -> str:
    """Return the text on one line, without what cannot be seen."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _lines(text: str) -> str:
    return "\n".join(flat(line) for line in text.splitlines()).strip()
