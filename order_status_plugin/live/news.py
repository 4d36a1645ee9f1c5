"""What processes say to each other: channels and their versions, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..keys import signing_key


def topic() -> str:
    """Return the name under which the processes of this shop talk: another shop on the same server has another."""
    return f"order_status_{signing_key().mac('live', 'topic').hex()[:16]}"


def pack(news: Mapping[str, int], most: int) -> Iterator[str]:
    """Yield the news as texts of ``most`` characters at the most, as few as possible."""
    text = ""
    for channel, version in news.items():
        entry = f"{channel}:{version}"
        if text and len(text) + 1 + len(entry) > most:
            yield text
            text = entry
        else:
            text = f"{text} {entry}" if text else entry
    if text:
        yield text


def unpack(text: str) -> Iterable[tuple[str, int]]:
    """Yield channels and versions; what is not of this form is left out, whoever said it."""
    for entry in text.split():
        channel, _, version = entry.partition(":")
        if version.isascii() and version.isdigit() and len(version) < 20:
            yield channel, int(version)
