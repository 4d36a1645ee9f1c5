"""One form for what people type: emails and phone numbers that are equal to a human are equal here."""

from __future__ import annotations

import contextlib
import re
import unicodedata

import phonenumbers

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


#: Digits of a phone number that are compared: people write the rest in too many ways, or leave it out.
_PHONE_DIGITS = 9
#: Fewer are no phone number.
_PHONE_LEAST = 6


def normalise_phone(phone: str, country: str = "") -> str:
    """Return the last digits of the national number, "" for what is no phone number.

    The country helps with a number that was given without one. Nobody knows it of what a stranger types, so that
    neither it nor a trunk zero is part of the result.
    """
    text = unicodedata.normalize("NFKC", phone).strip()
    if "@" in text:
        return ""
    national = re.sub(r"\D", "", text)
    international = text.startswith(("+", "00"))
    with contextlib.suppress(phonenumbers.NumberParseException):
        whole = f"+{national.lstrip('0')}" if international else text
        if international or country:
            national = str(phonenumbers.parse(whole, country or None).national_number)
    national = national.lstrip("0")
    return national[-_PHONE_DIGITS:] if len(national) >= _PHONE_LEAST else ""


def phone_digest(phone: str, country: str = "") -> str:
    """Return the digest of a phone number that is kept, "" for none."""
    normal = normalise_phone(phone, country)
    return digest("phone", NORMALISER, normal) if normal else ""


def phone_digests(phone: str, country: str = "") -> list[str]:
    """Return every digest that this phone number may be kept under; always the same work, also for ""."""
    return digests("phone", NORMALISER, normalise_phone(phone, country))
