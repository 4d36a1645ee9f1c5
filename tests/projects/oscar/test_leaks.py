"""The self-check runs in a real shop, with its middleware and its templates around ours."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

# It visits every address, which no database answers otherwise; beside both it would take a minute more.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_a_shop_can_run_the_self_check() -> None:
    said = StringIO()
    call_command("order_status_doctor", "--leaks", stdout=said)
    assert "Nothing personal where it must not be." in said.getvalue()
