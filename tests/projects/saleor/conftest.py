"""A double of Saleor on this machine, in which the app is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from . import double
from .double import Saleor

#: A real Saleor is asked by ``make test-saleor``, which says where it is.
collect_ignore = [] if os.environ.get("SALEOR_API_URL") else ["test_real.py"]


@pytest.fixture
def saleor(settings: Any, db: None) -> Iterator[Saleor]:
    """A Saleor that may install us, and has not yet."""
    with double.running() as shop:
        host = settings.ORDER_STATUS["HOSTS"]["saleor"]
        hosts = {"saleor": {**host, "OPTIONS": {"saleor_urls": [shop.url]}}}
        settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": hosts}
        yield shop


@pytest.fixture
def shop(saleor: Saleor) -> Saleor:
    """A Saleor in which we are installed."""
    assert saleor.register().status_code == 200
    return saleor


def options(settings: Any, **more: Any) -> None:
    """Set OPTIONS beside those that are set."""
    host = settings.ORDER_STATUS["HOSTS"]["saleor"]
    hosts = {"saleor": {**host, "OPTIONS": {**host["OPTIONS"], **more}}}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": hosts}
