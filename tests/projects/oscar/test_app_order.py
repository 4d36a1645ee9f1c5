"""The same shop with the plugin last in INSTALLED_APPS: only a process of its own can show it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.django_db
def test_without_the_urls_a_shops_page_goes_out_without_the_link(caplog: pytest.LogCaptureFixture) -> None:
    from django.template import Context, Template
    from django.test import override_settings

    text = '{% load order_status %}Thanks!{% order_status_url "shop" "1" %}{% order_status_claim "shop" "1" %}'
    with override_settings(ROOT_URLCONF="wagtail.urls", ORDER_STATUS={**settings.ORDER_STATUS, "HOSTS": {}}):
        assert Template(text).render(Context()) == "Thanks!"
    assert "no link" in caplog.text


def test_pages_carry_the_link_wherever_the_plugin_is_listed() -> None:
    if settings.PLUGIN_IS_LAST:
        return  # this is that process
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "one_confirmation or thank_you or staff_find",
        ]
        + ["tests/projects/oscar/test_checkout.py"],
        env={**os.environ, "OSCAR_PLUGIN_IS_LAST": "1", "DATABASE_URL": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout
