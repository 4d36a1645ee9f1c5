"""Addresses as their owner knows them again and nobody else learns them."""

from __future__ import annotations

from .marks import form


@form()
def mask_email(email: str) -> str:
    """Return "n•••@example.org"."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}" if at else ""


@form()
def mask_phone(phone: str) -> str:
    """Return "••• 42": the last two digits."""
    digits = [char for char in phone if char.isdigit()]
    return f"••• {''.join(digits[-2:])}" if len(digits) > 5 else ""
