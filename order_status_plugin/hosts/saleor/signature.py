"""Saleor's signatures: a detached JWS over a webhook's raw body (RFC 7515, 7797), and the dashboard's tokens (JWT).

The algorithm is ours to say, never the header's.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from ...exceptions import UntrustedWebhook

_ALGORITHM = "RS256"
#: Clocks of two servers differ by so many seconds.
_LEEWAY = 10


class UnknownKey(UntrustedWebhook):
    """It is signed with a key that this Saleor did not have when we asked last."""


def _header(part: str) -> dict[str, Any]:
    try:
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise UntrustedWebhook("The signature's header cannot be read.")
    return header


def _key(keys: Mapping[str, Any], kid: object) -> Any:
    """Return the public key of this id. Raises UnknownKey, UntrustedWebhook."""
    import jwt

    given = keys.get("keys")
    for jwk in given if isinstance(given, list) else ():
        if isinstance(jwk, dict) and isinstance(kid, str) and jwk.get("kid") == kid and jwk.get("kty") == "RSA":
            try:
                return jwt.PyJWK(jwk, algorithm=_ALGORITHM).key
            except jwt.PyJWTError as error:
                raise UntrustedWebhook("Saleor's key cannot be used.") from error
    raise UnknownKey


def verify(body: bytes, signature: str, keys: Mapping[str, Any]) -> None:
    """Raise UntrustedWebhook, UnknownKey among them, unless one of the keys signed these very bytes."""
    import jwt

    parts = signature.split(".")
    if len(parts) != 3 or parts[1]:
        raise UntrustedWebhook("This is no detached signature; a webhook with a secretKey is of the wrong kind.")
    header = _header(parts[0])
    if (header.get("alg"), header.get("b64"), header.get("crit")) != (_ALGORITHM, False, ["b64"]):
        raise UntrustedWebhook("The signature is of another kind than Saleor's.")
    try:
        jwt.api_jws.decode_complete(
            signature, _key(keys, header.get("kid")), algorithms=[_ALGORITHM], detached_payload=body
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise UntrustedWebhook("The signature is not over this body.") from error


def claims(token: str, keys: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """Return what a dashboard's token says. Raises UntrustedWebhook, UnknownKey among them."""
    import jwt

    header = _header(token.partition(".")[0])
    try:
        said: dict[str, Any] = jwt.decode(
            token,
            _key(keys, header.get("kid")),
            algorithms=[_ALGORITHM],
            issuer=issuer,
            leeway=_LEEWAY,
            options={"require": ["exp", "iat", "iss"], "verify_aud": False},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise UntrustedWebhook("The dashboard's token is not valid, or no more.") from error
    return said
