"""Editors' rich text, made safe to print: a handful of tags, no attribute but an address; and its plain twin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from bs4.element import PreformattedString
from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import expand_db_html
from wagtail.whitelist import Whitelister, allow_without_attributes, attribute_rule, check_url

#: The editor's buttons for what may stand in it.
FEATURES = ["bold", "italic", "ol", "ul", "link"]

SCHEMES = ("https:", "http:", "mailto:", "tel:")
#: Stands between texts while Wagtail looks up the links of all of them at once: no text of a database holds it.
_BETWEEN = "\0"
_LOCAL = re.compile(r'(?<= href=")(/[^"]*)')


def _address(url: str) -> str | None:
    checked = check_url(url)
    is_fit = checked is not None and (url.startswith(("/", "#")) or url.casefold().startswith(SCHEMES))
    return url if is_fit else None


#: These hold code or a document of their own, not words.
_HOLD_NO_WORDS = frozenset({"iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title"})


class _Words(Whitelister):
    element_rules = {
        "[document]": allow_without_attributes,
        "a": attribute_rule({"href": _address}),
        **dict.fromkeys(("b", "strong", "i", "em", "br", "p", "ul", "ol", "li"), allow_without_attributes),
    }

    def clean_tag_node(self, doc: Any, tag: Any) -> None:
        if tag.name in _HOLD_NO_WORDS:
            tag.decompose()
        else:
            super().clean_tag_node(doc, tag)

    def clean_string_node(self, doc: Any, node: Any) -> None:
        # Comments, and what a parser takes for CDATA, a declaration or an instruction: they would be printed as they
        # came, and a browser ends some of them sooner than the parser did.
        if isinstance(node, PreformattedString):
            node.extract()


def clean(text: str) -> SafeString:
    """Return one rich text as HTML to store and to print. Cleaning what is clean changes nothing."""
    return mark_safe(safe([text])[0].strip())  # noqa: S308 - cleaned


def safe(texts: Sequence[str]) -> list[SafeString]:
    """Return rich texts as they are stored as HTML to print. Links to pages are looked up together, whatever the number."""
    if not texts:
        return []
    expanded = expand_db_html(_BETWEEN.join(text.replace(_BETWEEN, "") for text in texts)).split(_BETWEEN)
    # The tag around it is not allowed, so it goes again: without any, the parser would wonder about a lone address.
    return [mark_safe(_Words().clean(f"<div>{html}</div>")) for html in expanded]  # noqa: S308 - what is left of it


def absolute(html: str, base: str) -> SafeString:
    """Return HTML of :func:`safe` with the addresses that mails need."""
    return mark_safe(_LOCAL.sub(lambda found: escape(urljoin(base, unescape(found[1]))), html))  # noqa: S308


def plain(html: str) -> str:
    """Return HTML of :func:`safe` as plain text: paragraphs apart, items with a dash, addresses after their words."""
    soup = BeautifulSoup(f"<div>{html}</div>", "html.parser")
    for link in soup.find_all("a"):
        words, url = link.get_text(), str(link.get("href") or "")
        link.replace_with(words if not url or url in (words, f"mailto:{words}") else f"{words} ({url})")
    for line in soup.find_all("br"):
        line.replace_with("\n")
    for item in soup.find_all("li"):
        item.insert(0, "- ")
        item.append("\n")
    for part in soup.find_all(["p", "ul", "ol"]):
        part.append("\n\n")
    return re.sub(r"\n{3,}", "\n\n", soup.get_text()).strip()
