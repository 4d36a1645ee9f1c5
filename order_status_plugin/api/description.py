"""The OpenAPI document: what django-ninja finds out by itself, and what it cannot know."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI

from .example import ORDER
from .problems import MEDIA_TYPE, ProblemBody

#: What may go wrong with every operation; 404 and 410 are the order's, 409 the key's, 413 and 422 the body's.
_ALWAYS = (401, 403, 404, 413, 422, 429, 503)
_WITH_BODY = (400, 409, 410)


def describe(api: NinjaAPI, root: str) -> dict[str, Any]:
    """Return the document for an API whose addresses begin with ``root``."""
    document: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=root.lstrip("/")))
    document["components"]["schemas"]["ProblemBody"] = ProblemBody.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    document["components"]["schemas"] |= document["components"]["schemas"]["ProblemBody"].pop("$defs", {})
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if not isinstance(operation, dict):
                continue
            _add_problems(operation, (*_ALWAYS, *(_WITH_BODY if method != "get" else ())))
    body = document["paths"][f"{root}hosts/{{alias}}/orders/{{reference}}"]["put"]["requestBody"]
    body["content"]["application/json"]["example"] = ORDER
    return document


def _add_problems(operation: dict[str, Any], statuses: tuple[int, ...]) -> None:
    for status in statuses:
        answer: dict[str, Any] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        if status in (429, 503):
            answer["headers"] = {
                "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}
            }
        if status == 401:
            answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
        operation["responses"][status] = answer
