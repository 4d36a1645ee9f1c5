"""One form for what people type: emails and phone numbers that are equal to a human are equal here."""

from __future__ import annotations

import contextlib
import re
import unicodedata

from ..keys import digest, digests

#: Part of every digest: a later change of the rules below does not compare with digests made by these.
NORMALISER = "1"


def normalise_email(email: str) -> str:
    """Return the email as it is compared: NFKC, no white space, case folded, the domain in IDNA."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", email)).casefold()
    text = text.removeprefix("mailto:").strip("<>")
    local, at, domain = text.rpartition("@")
    if not at:
        return text
    with contextlib.suppress(UnicodeError):  # what is no domain is compared as it was typed
        domain = domain.rstrip(".").encode("idna").decode("ascii")
    return f"{local}@{domain}"


def email_digest(email: str) -> str:
    """Return the digest of an email that is kept, "" for none."""
    normal = normalise_email(email)
    return digest("email", NORMALISER, normal) if normal else ""


def email_digests(email: str) -> list[str]:
    """Return every digest that this email may be kept under; always the same work, also for ""."""
    return digests("email", NORMALISER, normalise_email(email))
