"""A secret of another's in our database: sealed with the keys of the ring, so that a stolen dump opens nothing."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ...exceptions import TemporaryFailure
from ...keys import ring

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_PURPOSE = "saleor token"


def _locks() -> list[Fernet]:
    from cryptography.fernet import Fernet

    return [Fernet(base64.urlsafe_b64encode(key.mac(_PURPOSE))) for key in ring()]


def seal(secret: str) -> str:
    """Return it sealed with the signing key."""
    return _locks()[0].encrypt(secret.encode()).decode()


def unseal(sealed: str) -> tuple[str, bool]:
    """Return the secret, and whether a retired key sealed it. Raises TemporaryFailure where no key of ours did."""
    from cryptography.fernet import InvalidToken

    for number, lock in enumerate(_locks()):
        try:
            return lock.decrypt(sealed.encode()).decode(), number > 0
        except InvalidToken:
            continue
    raise TemporaryFailure("Saleor's token was sealed with a key that is gone: put it back, or install the app again.")
