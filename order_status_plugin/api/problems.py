"""What went wrong, as RFC 9457 has it: ``application/problem+json`` that names the field."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.signals import got_request_exception
from django.db import Error
from django.http import Http404, HttpRequest, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel

from ..intake.views import RETRY_AFTER

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class WrongField(BaseModel):
    """One field that is not as it must be."""

    detail: str
    pointer: str = ""
    """Of a field in the body: a JSON pointer, as in ``#/lines/0/title``."""
    parameter: str = ""
    """Of what stands in the address or in a header: its name."""


class ProblemBody(BaseModel):
    """What went wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[WrongField] = []


class Problem(Exception):
    """An answer that says what went wrong."""

    def __init__(
        self, status: int, detail: str, *, errors: Sequence[WrongField] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        """Take the status, a sentence for developers, the fields that are wrong, and headers."""
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, list(errors), dict(headers or {})

    def response(self) -> JsonResponse:
        """Return the answer."""
        title = HTTPStatus(self.status).phrase
        body = ProblemBody(title=title, status=self.status, detail=self.detail, errors=self.errors)
        return JsonResponse(body.model_dump(), status=self.status, content_type=MEDIA_TYPE, headers=self.headers)


def wrong(pointer: str, detail: str) -> Problem:
    """Return the problem of one field of the body."""
    return Problem(422, detail, errors=[WrongField(pointer=f"#{pointer}", detail=detail)])


def trouble() -> Problem:
    """Return the problem that is ours, and passes."""
    return Problem(503, "This could not be stored now. Send it again.", headers={"Retry-After": str(RETRY_AFTER)})


def install(api: NinjaAPI) -> None:
    """Have the API answer so, whatever is raised."""
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(Http404, lambda request, error: Problem(404, "There is nothing here.").response())
    api.add_exception_handler(Error, _database)
    api.add_exception_handler(Exception, _bug)


def _problem(request: HttpRequest, error: Any) -> JsonResponse:
    response: JsonResponse = error.response()
    return response


def _invalid(request: HttpRequest, error: Any) -> JsonResponse:
    errors = [_field(said) for said in error.errors[:20]]
    return Problem(422, "What is named in errors is not as it must be.", errors=errors).response()


def _field(said: Mapping[str, Any]) -> WrongField:
    """Return one complaint of pydantic's; its first words say where the value stood."""
    where, *path = said["loc"]
    detail = str(said["msg"]).removeprefix("Value error, ")
    if where != "body":
        return WrongField(parameter=str(path[-1] if path else where).replace("_", "-"), detail=detail)
    escaped = [str(part).replace("~", "~0").replace("/", "~1") for part in path[1:]]
    return WrongField(pointer="#" + "".join(f"/{part}" for part in escaped), detail=detail)


def _http(request: HttpRequest, error: Any) -> JsonResponse:
    detail = "The body is no JSON." if error.status_code == 400 else str(error)
    return Problem(error.status_code, detail).response()


def _database(request: HttpRequest, error: Any) -> JsonResponse:
    logger.error("a call of the API met a database in trouble: its sender will try again", exc_info=error)
    return trouble().response()


def _bug(request: HttpRequest, error: Any) -> JsonResponse:
    got_request_exception.send(sender=None, request=request)
    logger.error("a call of the API failed", exc_info=error)
    return Problem(500, "Something went wrong here.").response()
