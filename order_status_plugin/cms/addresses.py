"""Addresses that somebody else gave us, before they are put into a page: what checked them at save may have changed."""

from __future__ import annotations


def is_address(url: str) -> bool:
    """Say whether this leads to a page: a path of the shop, or an absolute address. No browser reads a script in it."""
    if any(char in "\t\r\n\0" for char in url):
        return False  # a browser drops them, and reads what is left
    return (url.startswith("/") and not url.startswith(("//", "/\\"))) or url.startswith(("https://", "http://"))
