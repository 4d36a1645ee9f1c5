"""Templates of links: what they may hold, and how they are filled.

A template is an ``https`` address with ``{number}``, and where the carrier's site wants them ``{postcode}`` (of the
recipient) and ``{language}`` (two letters). Everything is percent-encoded as it is put in, so that a number can
neither leave its place in the address nor lead to another host.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from .carrier import Carrier
from .numbers import normalise_number

PLACEHOLDERS = ("{number}", "{postcode}", "{language}")

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
#: What an address is written with: RFC 3986, without the characters that need no place here.
_ADDRESS = re.compile(r"(?:[A-Za-z0-9\-._~:/?#@!$&()*+,;=]|%[0-9A-Fa-f]{2})+")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])")
#: A number that nobody has: whatever it could break out of.
_NASTY = "A1\"><script>'&=?#/../\\@evil.example:443 %2F{postcode}\u202e\u00e9"


def link(carrier: Carrier | None, number: str, postcode: str = "", language: str = "") -> str:
    """Return where the carrier shows this parcel, else the carrier's own page, else "".

    ``postcode`` is the recipient's; a template that needs it is left out where there is none, and the next one of the
    carrier is taken. ``language`` is a code like ``fr`` or ``pt-br``.
    """
    if carrier is None:
        return ""
    if normal := normalise_number(number):
        place = normalise_postcode(postcode)
        for template in carrier.links:
            if place or "{postcode}" not in template:
                return fill(template, normal, place, _language(carrier, language))
    return carrier.home


def fill(template: str, number: str, postcode: str = "", language: str = "") -> str:
    """Return the template with everything in its place, percent-encoded."""
    given = {"{number}": number, "{postcode}": postcode, "{language}": language}
    return _PLACEHOLDER.sub(lambda match: quote(given.get(match[0], ""), safe=""), template)


def normalise_postcode(postcode: str) -> str:
    """Return letters and digits alone, in upper case, as the carriers' forms take them."""
    text = unicodedata.normalize("NFKC", postcode).upper()
    return "".join(char for char in text if char.isascii() and char.isalnum())


def _language(carrier: Carrier, language: str) -> str:
    base = language.partition("-")[0].lower()
    if not carrier.languages:
        return base or "en"
    return base if base in carrier.languages else carrier.languages[0]


def problems(template: str) -> list[str]:
    """Return what is wrong with a template, in sentences; nothing where it may be sent to customers."""
    found = []
    names = _PLACEHOLDER.findall(template)
    if unknown := sorted(set(names) - set(PLACEHOLDERS)):
        found.append(
            _("%(unknown)s is no placeholder. There are %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(PLACEHOLDERS)}
        )
    if "{number}" not in names:
        found.append(_("The place of the tracking number, {number}, is missing."))
    bare = _PLACEHOLDER.sub("1", template)
    found += address_problems(bare)
    authority = template.partition("//")[2]
    if "{" in re.split(r"[/?#]", authority, maxsplit=1)[0]:
        found.append(_("A placeholder may not stand in the host's name."))
    if not found and not _holds(template):
        found.append(_("A number with special characters would lead elsewhere."))
    return found


def address_problems(address: str) -> list[str]:
    """Return what is wrong with a plain address, in sentences."""
    if not _ADDRESS.fullmatch(address):
        return [_("It holds a character that no address is written with; percent-encode it.")]
    try:
        parts = urlsplit(address)
        host, has_port = parts.hostname or "", parts.port is not None
    except ValueError:
        return [_("This is no address.")]
    found = []
    if parts.scheme != "https" or not address.startswith("https://"):
        found.append(_("It must begin with https://."))
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        found.append(_("It may not hold a user name or a password."))
    elif has_port or not _HOST.fullmatch(parts.netloc):
        found.append(_("Its host must be a name in lower case, without a port."))
    elif host != parts.netloc:
        found.append(_("This is no address."))
    return found


def _holds(template: str) -> bool:
    """Say whether even a hostile number stays in its place."""
    filled = fill(template, _NASTY, _NASTY, _NASTY)
    plain = fill(template, "1", "1", "1")
    return (
        _ADDRESS.fullmatch(filled) is not None
        and urlsplit(filled).netloc == urlsplit(plain).netloc
        and len(re.split(r"[/?#&]", filled)) == len(re.split(r"[/?#&]", plain))
    )
