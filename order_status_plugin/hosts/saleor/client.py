"""Calls to one Saleor: GraphQL with the app's token, and its public keys."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from ...exceptions import AccessDenied, PermanentFailure, TemporaryFailure
from ...http import Api, Response

#: Seconds to connect and to wait: Saleor waits 18 for the answer to a webhook, in which we ask.
_TIMEOUT = (3.0, 12.0)
_DENIED = {"PermissionDenied", "InvalidTokenError", "ExpiredSignatureError", "InvalidSignatureError", "DecodeError"}


def canonical(url: str) -> str:
    """Return the one spelling of an API's address: with its last slash, as Saleor writes it."""
    return f"{url.strip().rstrip('/')}/"


def query(api_url: str, token: str, text: str, **variables: Any) -> dict[str, Any]:
    """Return the data of one GraphQL operation; amounts are Decimals.

    Raises TemporaryFailure, AccessDenied, PermanentFailure.
    """
    api = Api(api_url, headers={"Authorization": f"Bearer {token}"}, timeout=_TIMEOUT)
    answer = _json(api.call("POST", "/", json={"query": text, "variables": variables}))
    errors, data = answer.get("errors"), answer.get("data")
    if errors:
        codes = sorted({_code(error) for error in errors} if isinstance(errors, list) else set())
        said = f"{api_url} answered with errors: {', '.join(codes) or 'unknown'}."
        raise AccessDenied(said) if _DENIED & set(codes) else PermanentFailure(said)
    if not isinstance(data, dict):
        raise TemporaryFailure(f"{api_url} answered without data.")
    return data


def keys(api_url: str) -> dict[str, Any]:
    """Return the key set of the Saleor with this API. Raises TemporaryFailure, PermanentFailure."""
    parts = urlsplit(api_url)
    answer = _json(Api(f"{parts.scheme}://{parts.netloc}", timeout=_TIMEOUT).call("GET", "/.well-known/jwks.json"))
    if not isinstance(answer.get("keys"), list):
        raise TemporaryFailure(f"{api_url} has no keys.")
    return answer


def _json(answer: Response) -> dict[str, Any]:
    try:
        said = answer.json(parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise TemporaryFailure("The answer is not JSON.") from error
    if not isinstance(said, dict):
        raise TemporaryFailure("The answer is not an object.")
    return said


def _code(error: object) -> str:
    """Return the code of one error: its message may quote what is personal."""
    found: object = error
    for name in ("extensions", "exception", "code"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, str) and found.isidentifier() else "unknown"
