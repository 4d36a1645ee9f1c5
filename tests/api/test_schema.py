"""The OpenAPI document is true: schemathesis asks all that it allows, and what it forbids, and reads the answers by it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from order_status_plugin.api.description import describe
from order_status_plugin.api.example import ORDER
from order_status_plugin.api.service import api
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking.models import Order

from .caller import UPS, Caller, order

#: How often each operation is called, with what is allowed and with what is not.
EXAMPLES = 8
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
]
schema = schemathesis.openapi.from_dict(describe(api, "/orders/api/v1/"))
schema.app = WSGIHandler()
OPERATIONS = [found.ok() for found in schema.get_all_operations()]
KNOWN = {"alias": "push", "reference": "A-1", "fulfillment": "s1", "parcel": UPS}


@contextmanager
def one_connection() -> Iterator[None]:
    """Leave the test's connection open between calls, as Django's own test client does for each of its own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(operation: Any, mode: GenerationMode, caller: Caller, times: int) -> set[int]:
    """Call one operation so often; return the statuses that came."""
    seen: set[int] = set()

    @given(case=operation.as_strategy(generation_mode=mode))
    @examples(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: Any) -> None:
        parts = case.meta.components if case.meta else {}
        path = parts.get(ParameterLocation.PATH)
        if path is None or path.mode is GenerationMode.POSITIVE:  # an order that is there, or all would be 404
            case.path_parameters = {name: KNOWN[name] for name in case.path_parameters or {}}
        key = {"Authorization": f"Bearer {caller.text}"}
        response = case.call(headers=key)
        seen.add(response.status_code)
        case.validate_response(response, checks=CHECKS, headers=key)

    with one_connection():
        call()
    return seen


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label.replace("/orders/api/v1", ""))
def test_what_is_answered_is_what_is_described(shop: Caller, operation: Any, mode: GenerationMode) -> None:
    shop("PUT", "/A-1", order())
    seen = ask(operation, mode, shop, EXAMPLES)
    assert not seen & {500, 502, 503}
    if mode is GenerationMode.POSITIVE and operation.method != "delete":
        assert seen & {200, 201, 202}, seen


@pytest.mark.full
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label.replace("/orders/api/v1", ""))
def test_what_is_answered_is_what_is_described_hundreds_of_times(shop: Caller, operation: Any, settings: Any) -> None:
    # Each call is made without a key, too: else the limits would answer before the document does.
    settings.ORDER_STATUS |= {"LIMIT_API_STRANGER_HOUR": 10**6, "LIMIT_API_KEY_HOUR": 10**6}
    shop("PUT", "/A-1", order())
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        ask(operation, mode, shop, 150)


def test_the_example_of_the_document_can_be_sent(shop: Caller) -> None:
    said = Client().get("/orders/api/v1/openapi.json").json()
    assert said["openapi"] == "3.1.0"
    put = said["paths"]["/orders/api/v1/hosts/{alias}/orders/{reference}"]["put"]
    example = put["requestBody"]["content"]["application/json"]["example"]
    assert example == ORDER
    assert shop("PUT", "/A-1", copy.deepcopy(example)).status_code == 201
    assert not InboxMessage.objects.exclude(state="handled").exists()
    assert Order.objects.get().headline == "in_transit"
